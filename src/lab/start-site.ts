import type { LabServer, Listener } from './lab-server.js';
import { listenTcp, type TcpListener } from './listen-tcp.js';
import { listenUdp } from './listen-udp.js';
import { listPlannedPorts, type SitePlan } from './sites.js';
import { endpointId, type EndpointId, type Transport } from '../model/endpoint.js';

/** A port of a service that could not be bound, so that the service is on another one. */
export interface MovedPort {
  readonly port: number;
  /** `address`: this system does not have the site's address, so that it is at another one with other ports. */
  readonly why: 'taken' | 'not allowed' | 'address';
}

/** A simulated site that is running. */
export interface Site {
  readonly id: string;
  readonly title: string;
  readonly address: string;
  /** Where a service really listens, for every service that is not on the ports of its plan. */
  readonly services: Readonly<Record<string, readonly number[]>>;
  /** The planned ports that services are not on, and why. */
  readonly moved: readonly MovedPort[];
  /** Everything that listens. */
  readonly endpoints: readonly EndpointId[];
  /** Its TCP ports. */
  readonly listeners: readonly TcpListener[];
  /** Ends the site and releases all its sockets; may be called again. */
  stop(): Promise<void>;
}

export interface SiteOptions {
  /** A loopback address; default 127.0.0.1. */
  readonly address?: string;
  /** `planned` numbers where they can be bound, or `ephemeral` ones. Default: planned where an address is given. */
  readonly ports?: 'planned' | 'ephemeral';
  /** Called each time a TCP connection has ended. */
  readonly onEnded?: () => void;
}

/**
 * Starts a site on its own loopback address. Ports that cannot be bound are moved to ephemeral ones and told in
 * `services`; if the address itself cannot be bound (systems other than Linux), everything moves to 127.0.0.1.
 */
export async function startSite(plan: SitePlan, options: SiteOptions = {}): Promise<Site> {
  const wanted = options.address ?? '127.0.0.1';
  const canBind = await hasAddress(wanted);
  const address = canBind ? wanted : '127.0.0.1';
  const planned = canBind && (options.ports ?? (options.address ? 'planned' : 'ephemeral')) === 'planned';
  const bound: Bound[] = [];
  const services: Record<string, number[]> = {};
  const moved = new Map<string, MovedPort[]>();
  let stopped: Promise<void> | undefined;
  const release = async () => void (await Promise.all(bound.map(({ listener }) => listener.stop())));
  const stop = () => (stopped ??= release());

  try {
    for (const { service, server, port, transports } of listPlannedPorts(plan)) {
      const { group, refusal } = await bindTogether({
        address,
        port: planned ? port : 0,
        transports,
        server,
        onEnded: options.onEnded,
      });
      bound.push(...group);
      const real = group[0]!.listener.port;
      if (service === null) continue;
      (services[service] ??= []).push(real);
      if (real === port) continue;
      const why = !canBind ? 'address' : refusal === 'EACCES' ? 'not allowed' : 'taken';
      moved.set(service, [...(moved.get(service) ?? []), { port, why }]);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    id: plan.id,
    title: plan.title,
    address,
    services: Object.fromEntries(Object.entries(services).filter(([service]) => moved.has(service))),
    moved: planned || !canBind ? [...moved.values()].flat() : [],
    endpoints: bound.map(({ transport, listener }) => endpointId({ transport, port: listener.port })),
    listeners: bound.flatMap((each) => (each.transport === 'tcp' ? [each.listener] : [])),
    stop,
  };
}

async function hasAddress(address: string): Promise<boolean> {
  try {
    const listener = await listenUdp(address, 0, () => undefined);
    await listener.stop();
    return true;
  } catch {
    return false;
  }
}

/** A bound port and its transport. */
type Bound =
  | { readonly transport: 'tcp'; readonly listener: TcpListener }
  | { readonly transport: 'udp'; readonly listener: Listener };

/** What to bind, and where. */
interface Binding {
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly transports: readonly Transport[];
  readonly server: LabServer;
  readonly onEnded: (() => void) | undefined;
}

/** What was bound, and with which error of the system the first number was refused, if it was. */
interface Together {
  readonly group: Bound[];
  readonly refusal: string | null;
}

const ATTEMPTS = 32;

/**
 * Binds all transports of a server to one port number: the one asked for, or, where this is taken or needs
 * privileges, another one. Rejects with the system's error, and then nothing is bound.
 */
async function bindTogether(binding: Binding): Promise<Together> {
  let refusal: string | null = null;
  for (let attempt = 1; ; attempt++) {
    const group: Bound[] = [];
    try {
      for (const transport of binding.transports) {
        const port = group[0]?.listener.port ?? (attempt === 1 ? binding.port : 0);
        group.push(await bindOne(binding, transport, port));
      }
      return { group, refusal };
    } catch (error) {
      await Promise.all(group.map(({ listener }) => listener.stop()));
      const { code } = error as NodeJS.ErrnoException;
      if (attempt === ATTEMPTS || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
      refusal ??= code;
    }
  }
}

async function bindOne({ address, server, onEnded }: Binding, transport: Transport, port: number): Promise<Bound> {
  if (transport === 'tcp' && server.tcp) {
    return { transport, listener: await listenTcp(address, port, server.tcp, { onEnded }) };
  }
  if (transport === 'udp' && server.udp) {
    return { transport, listener: await listenUdp(address, port, server.udp) };
  }
  throw new Error(`this server does not speak ${transport}`);
}
