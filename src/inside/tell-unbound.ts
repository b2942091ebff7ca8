import { parseEndpointId, type EndpointId } from '../model/endpoint.js';
import type { StandIn } from '../model/site.js';

export type Unbound = StandIn['unbound'][number];

const REASONS: Readonly<Record<string, Unbound['reason']>> = {
  EADDRINUSE: 'taken',
  EACCES: 'privileged',
  EPERM: 'privileged',
  EADDRNOTAVAIL: 'no-address',
};
const MAX_DETAIL = 256;

/** What was to be bound, where, and on which system (`process.platform`). */
export interface Place {
  readonly endpoint: EndpointId;
  readonly address: string;
  readonly platform: string;
}

/** Says why an endpoint could not be bound, by the system's error, and what to do about it on this system; alike for all. */
export function tellUnbound(place: Place, error: NodeJS.ErrnoException): Unbound {
  const code = error.code ?? '';
  const reason = REASONS[code] ?? 'error';
  const detail = reason === 'error' ? tellError(code || error.message) : ADVICE[reason](place);
  return { endpoint: place.endpoint, reason, detail: detail.slice(0, MAX_DETAIL) };
}

const ADVICE = { taken: tellTaken, privileged: tellPrivileged, 'no-address': tellNoAddress } as const;

function tellTaken({ platform }: Place): string {
  const show = { linux: 'sudo ss -lntup', darwin: 'sudo lsof -nP -i', win32: 'netstat -abno' }[platform];
  const how = show ? `"${show}" shows which; ` : '';
  return `another program of this machine has it: ${how}end that, and run this again`;
}

function tellPrivileged({ endpoint, platform }: Place): string {
  const { transport = 'tcp' } = parseEndpointId(endpoint) ?? {};
  switch (platform) {
    case 'linux':
      return `ports below 1024 need permission: run this as root, or let everybody have them until the next start by "sudo sysctl net.ipv4.ip_unprivileged_port_start=0"`;
    case 'win32':
      return `Windows holds it back: "netsh interface ipv4 show excludedportrange protocol=${transport}" shows whether it is reserved; if not, run this as administrator`;
    default:
      return `ports below 1024 need permission here: run this with sudo`;
  }
}

function tellNoAddress({ address, platform }: Place): string {
  const add = {
    linux: `sudo ip address add ${address}/24 dev eth0`,
    darwin: `sudo ifconfig en0 alias ${address} 255.255.255.0`,
    win32: `netsh interface ipv4 add address "Ethernet" ${address} 255.255.255.0`,
  }[platform];
  const how = add ? `, for example by "${add}" with its own interface and mask` : '';
  return `this machine does not have the address ${address}: give it that address${how}`;
}

function tellError(what: string): string {
  return `the system did not open it (${what}): end programs that hold many connections, and run this again`;
}
