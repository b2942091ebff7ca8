import { bindTogether, type Bound } from './bind-together.js';
import { listenUdp } from './listen-udp.js';
import { type Silence, silenceTcp } from './silence-tcp.js';
import { listPlannedPorts, type SitePlan } from './sites.js';
import { endpointId, type EndpointId } from '../model/endpoint.js';

/** A simulated site that is running. */
export interface Site {
  readonly id: string;
  readonly title: string;
  readonly address: string;
  /** Where a service really listens, for every service that is not on the ports of its plan. */
  readonly services: Readonly<Record<string, readonly number[]>>;
  /** Everything that listens. */
  readonly endpoints: readonly EndpointId[];
  /** Drops everything from now on, like a router that has blacklisted us (Linux only); resolves once it is silent. */
  goSilent(): Promise<void>;
  /** Ends the site and releases all its sockets; may be called again. */
  stop(): Promise<void>;
}

export interface SiteOptions {
  /** A loopback address; default 127.0.0.1. */
  readonly address?: string;
  /** `planned` numbers where they can be bound, or `ephemeral` ones. Default: planned where an address is given. */
  readonly ports?: 'planned' | 'ephemeral';
  /** Goes silent as soon as so many TCP connections have ended. */
  readonly silentAfter?: number;
}

/**
 * Starts a site on its own loopback address. Ports that can't be bound are moved to ephemeral ones and told in
 * `services`; where the address itself can't be bound (systems other than Linux), everything moves to 127.0.0.1.
 */
export async function startSite(plan: SitePlan, options: SiteOptions = {}): Promise<Site> {
  const wanted = options.address ?? '127.0.0.1';
  const canBind = await hasAddress(wanted);
  const address = canBind ? wanted : '127.0.0.1';
  const planned = canBind && (options.ports ?? (options.address ? 'planned' : 'ephemeral')) === 'planned';
  const bound: Bound[] = [];
  const services: Record<string, number[]> = {};
  const moved = new Set<string>();
  let ended = 0;
  let stopped: Promise<void> | undefined;
  let silencing: Promise<Silence> | undefined;

  const goSilent = () => {
    for (const each of bound) if (each.transport === 'udp') each.listener.silence();
    return (silencing ??= silenceTcp(bound.flatMap((each) => (each.transport === 'tcp' ? [each.listener] : []))));
  };
  const onEnded = () => {
    // Whoever asks with goSilent() later learns of a failure.
    if (++ended === options.silentAfter && !stopped) goSilent().catch(() => undefined);
  };
  const release = async () => {
    const silence = await silencing?.catch(() => undefined);
    await Promise.all([silence?.stop(), ...bound.map(({ listener }) => listener.stop())]);
  };

  const stop = () => (stopped ??= release());

  try {
    for (const { service, server, port, transports } of listPlannedPorts(plan)) {
      const group = await bindTogether({ address, port: planned ? port : 0, transports, server, onEnded });
      bound.push(...group);
      const real = group[0]!.listener.port;
      if (service === null) continue;
      (services[service] ??= []).push(real);
      if (real !== port) moved.add(service);
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
    endpoints: bound.map(({ transport, listener }) => endpointId({ transport, port: listener.port })),
    goSilent: async () => void (await goSilent()),
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
