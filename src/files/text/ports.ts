import { parseEndpointId, type Endpoint, type Transport } from '../../model/endpoint.js';
import { SERVICES } from '../../model/service.js';
import { InputError } from './input-error.js';
import { quoteInput } from '../../words/input.js';

const MAX_PORT = 65_535;

/** A run of ports of one transport, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** UDP ports of the services that sallyport probes: what a bare port means besides TCP. */
const KNOWN_UDP_PORTS = SERVICES.filter((service) => service.probed)
  .flatMap((service): readonly string[] => service.endpoints)
  .flatMap((id) => parseEndpointId(id) ?? [])
  .filter(({ transport }) => transport === 'udp')
  .map(({ port }) => port);

/**
 * Parses a port list in nmap's syntax: `80,8000,5060-5080`, `-100`, `60000-`, `-`, `T:80,U:5060-5061`, and also
 * `tcp/80,udp/5060-5061`. `T:` and `U:` hold until the next one; `tcp/` and `udp/` for one item.
 *
 * A bare port means TCP, and UDP as well where a service that we know is on that UDP port: `5060` is tcp/5060 and
 * udp/5060, `80` is tcp/80 only.
 *
 * @returns the endpoints without repeats, TCP first, then by port
 * @throws InputError that names the bad part
 */
export function parsePorts(text: string): Endpoint[] {
  const wanted = { tcp: new Uint8Array(MAX_PORT + 1), udp: new Uint8Array(MAX_PORT + 1) };
  let sticky: Transport | null = null;
  for (const part of text.split(',')) {
    const item = part.trim();
    const [, prefix = '', ranges = ''] = /^(tcp\/|udp\/|[TU]:)?(.*)$/is.exec(item) ?? [];
    const transport: Transport | null = prefix === '' ? sticky : /^t/i.test(prefix) ? 'tcp' : 'udp';
    if (prefix.endsWith(':')) sticky = transport;
    const { first, last } = parsePortRange(ranges.trim(), item);
    if (transport) wanted[transport].fill(1, first, last + 1);
    else {
      wanted.tcp.fill(1, first, last + 1);
      for (const port of KNOWN_UDP_PORTS) if (port >= first && port <= last) wanted.udp[port] = 1;
    }
  }
  return (['tcp', 'udp'] as const).flatMap((transport) => listPorts(transport, wanted[transport]));
}

/**
 * Parses `80`, `5060-5080`, `-100`, `60000-` or `-`; ports are 1–65535.
 * @param shown what an error names, where that is more than `text`
 */
export function parsePortRange(text: string, shown = text): PortRange {
  const match = /^(?:(\d{1,6})|(\d{1,6})?-(\d{1,6})?)$/.exec(text);
  if (!match) throw new InputError(`bad port ${quoteInput(shown)}: expected a number or a range such as 5060-5080`);
  const first = Number(match[1] ?? match[2] ?? 1);
  const last = Number(match[1] ?? match[3] ?? MAX_PORT);
  if (first < 1 || last < 1 || first > MAX_PORT || last > MAX_PORT) {
    throw new InputError(`bad port ${quoteInput(shown)}: ports are 1 to ${MAX_PORT}`);
  }
  if (first > last) throw new InputError(`bad port range ${quoteInput(shown)}: it runs backwards`);
  return { first, last };
}

function listPorts(transport: Transport, wanted: Uint8Array): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (let port = wanted.indexOf(1); port !== -1; port = wanted.indexOf(1, port + 1))
    endpoints.push({ transport, port });
  return endpoints;
}
