import { addressScope } from '../../model/address.js';
import {
  compareEndpointIds,
  type Endpoint,
  endpointId,
  type EndpointId,
  parseEndpointId,
} from '../../model/endpoint.js';
import type { StandIn } from '../../model/site.js';
import { Agenda } from '../../async/agenda.js';
import { Bell } from '../../async/bell.js';
import { availableSockets } from '../../net/scan/descriptors.js';
import { type Accepted, createRoom, listenTcp, serveTcp } from '../../net/sockets/listen-tcp.js';
import { FixedPort, type PortUser } from '../../net/sockets/fixed-port.js';
import type { Sender } from '../../net/sockets/udp-port.js';
import { isWholeLine, MAX_PROOF_BYTES, parseProof, renderReceipt } from '../../protocols/proof.js';

const REASONS: Readonly<Record<string, Unbound['reason']>> = {
  EADDRINUSE: 'taken',
  EACCES: 'privileged',
  EPERM: 'privileged',
  EADDRNOTAVAIL: 'no-address',
};

const MAX_DETAIL = 256;

const ADVICE = { taken: tellTaken, privileged: tellPrivileged, 'no-address': tellNoAddress } as const;

/** A proof that came, and how. */
export interface Arrival {
  /** The endpoint of ours at which it came. */
  readonly at: EndpointId;
  /** The address and port from which it came here. */
  readonly from: string;
  /** How many different messages to the endpoint have come: one that is sent again counts once. */
  readonly count: number;
}

/** What to listen on in the phone system's place. */
export interface StandInOptions {
  /** An address of this machine, as a literal. */
  readonly address: string;
  readonly endpoints: readonly EndpointId[];
  /** The 32 bytes with which the vantage signs. */
  readonly key: Buffer;
}

/** A stand-in that listens. */
export interface OpenStandIn {
  readonly address: string;
  readonly bound: readonly EndpointId[];
  readonly unbound: readonly Unbound[];
  /** What has come so far, by the endpoint that the vantage asked. Of each, the place of the first is kept. */
  readonly arrivals: ReadonlyMap<EndpointId, Arrival>;
  /** Rings at each arrival. */
  readonly bell: Bell;
  close(): Promise<void>;
}

interface Listener {
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 512;

const MAX_PORT_CONNECTIONS = 32;

const LIFETIME_MS = 10_000;

/** How long someone may take to say something. */
const LISTEN_MS = 8_000;

/** How long a connection that brings no proof stays open: anyone who checks at the same time sees it open and silent. */
const MOMENT_MS = 1_000;

/**
 * Listens on every endpoint, and answers what the vantage signed with a receipt; all else gets no answer. What cannot
 * be bound is reported, and is not an error.
 */
export async function openStandIn({ address, endpoints, key }: StandInOptions): Promise<OpenStandIn> {
  const agenda = new Agenda();
  const arrivals = new Map<EndpointId, Arrival>();
  const nonces = new Map<EndpointId, string>();
  const bell = new Bell();
  const open: { readonly id: EndpointId; readonly listener: Listener }[] = [];
  const unbound: Unbound[] = [];
  const wanted = [...new Set(endpoints)].sort(compareEndpointIds).flatMap((id) => parseEndpointId(id) ?? []);
  const room = createRoom(Math.min(MAX_CONNECTIONS, Math.max(8, availableSockets() - wanted.length)));

  /** Notes a proof; answers its receipt. One that tells the other transport cannot have come from the vantage. */
  const judge = (at: Endpoint, from: Sender, bytes: Buffer): Buffer | undefined => {
    const proof = parseProof(key, bytes);
    if (!proof?.endpoint.startsWith(at.transport)) return undefined;
    const {
      at: place,
      from: source,
      count,
    } = arrivals.get(proof.endpoint) ?? {
      ...{ at: endpointId(at), from: formatSender(from), count: 0 },
    };
    const isNew = nonces.get(proof.endpoint) !== proof.nonce;
    nonces.set(proof.endpoint, proof.nonce);
    arrivals.set(proof.endpoint, { at: place, from: source, count: count + Number(isNew) });
    bell.ring();
    return renderReceipt(key, proof);
  };
  const serveAt =
    (at: Endpoint) =>
    async ({ from, read, send }: Accepted): Promise<void> => {
      const { bytes, end } = await read({ waitMs: LISTEN_MS, maxBytes: MAX_PROOF_BYTES, isComplete: isWholeLine });
      const receipt = judge(at, from, bytes);
      if (receipt) send(receipt);
      else if (end !== 'closed' && end !== 'reset') await read({ waitMs: MOMENT_MS, maxBytes: MAX_PROOF_BYTES });
    };
  const listenUdp = async (at: Endpoint): Promise<Listener> => {
    // The search for gateways listens on the port of SSDP at the same time.
    const user: PortUser = {
      take: (bytes, from) => {
        const receipt = judge(at, from, bytes);
        if (receipt) port.send(receipt, from).catch(() => {});
        return receipt !== undefined;
      },
    };
    const port = await FixedPort.join({ family: address.includes(':') ? 6 : 4, address, port: at.port }, user);
    return { close: () => port.leave(user) };
  };
  const listen = (at: Endpoint): Promise<Listener> => {
    refuseShared(address);
    if (at.transport === 'udp') return listenUdp(at);
    const limits = { max: MAX_PORT_CONNECTIONS, room, lifetimeMs: LIFETIME_MS };
    return listenTcp({ address, port: at.port, take: serveTcp(agenda, serveAt(at)), ...limits });
  };

  for (const endpoint of wanted) {
    const id = endpointId(endpoint);
    try {
      open.push({ id, listener: await listen(endpoint) });
    } catch (error) {
      unbound.push(tellUnbound({ endpoint: id, address, platform: process.platform }, error as NodeJS.ErrnoException));
    }
  }
  return {
    address,
    bound: open.map(({ id }) => id),
    unbound,
    arrivals,
    bell,
    close: async () => {
      await Promise.all(open.map(({ listener }) => listener.close()));
      agenda.clear();
    },
  };
}

/** Throws for what is not an address of one interface, with the system's code for addresses that are not ours. */
function refuseShared(address: string): void {
  const scope = addressScope(address) ?? 'unspecified';
  if (scope !== 'unspecified' && scope !== 'multicast' && scope !== 'broadcast') return;
  throw Object.assign(new Error('no address of an interface'), { code: 'EADDRNOTAVAIL' });
}

function formatSender({ address, port }: Sender): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export type Unbound = StandIn['unbound'][number];

/** What was to be bound, where, and on which system (`process.platform`). */
export interface BindAttempt {
  readonly endpoint: EndpointId;
  readonly address: string;
  readonly platform: string;
}

/** Says why an endpoint could not be bound, by the system's error, and what to do about it on this system; alike for all. */
export function tellUnbound(attempt: BindAttempt, error: NodeJS.ErrnoException): Unbound {
  const code = error.code ?? '';
  const reason = REASONS[code] ?? 'error';
  const detail = reason === 'error' ? tellError(code || error.message) : ADVICE[reason](attempt);
  return { endpoint: attempt.endpoint, reason, detail: detail.slice(0, MAX_DETAIL) };
}

function tellTaken({ platform }: BindAttempt): string {
  const show = { linux: 'sudo ss -lntup', darwin: 'sudo lsof -nP -i', win32: 'netstat -abno' }[platform];
  const how = show ? `"${show}" shows which; ` : '';
  return `another program on this machine uses it: ${how}end that, and run this again`;
}

function tellPrivileged({ endpoint, platform }: BindAttempt): string {
  const { transport = 'tcp' } = parseEndpointId(endpoint) ?? {};
  switch (platform) {
    case 'linux':
      return `ports below 1024 need permission: run this as root, or allow everyone to use them until the next restart with "sudo sysctl net.ipv4.ip_unprivileged_port_start=0"`;
    case 'win32':
      return `Windows blocks it: "netsh interface ipv4 show excludedportrange protocol=${transport}" shows whether it is reserved; if not, run this as administrator`;
    default:
      return `ports below 1024 need permission here: run this with sudo`;
  }
}

function tellNoAddress({ address, platform }: BindAttempt): string {
  const add = {
    linux: `sudo ip address add ${address}/24 dev eth0`,
    darwin: `sudo ifconfig en0 alias ${address} 255.255.255.0`,
    win32: `netsh interface ipv4 add address "Ethernet" ${address} 255.255.255.0`,
  }[platform];
  const how = add ? `, for example by "${add}" with its own interface and mask` : '';
  return `this machine does not have the address ${address}: give it that address${how}`;
}

function tellError(what: string): string {
  return `the system did not open it (${what}): close programs that hold many connections, and run this again`;
}
