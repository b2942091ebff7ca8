import { addressScope } from '../../model/address.js';
import type { SsdpEvidence } from '../../model/evidence.js';
import type { AddressScope } from '../../model/report.js';
import { cleanHeaderValue, parseHead, readHeader } from '../http/headers.js';

/**
 * Renders a search request (UPnP Device Architecture 2.0 §1.3.2). The Host field names the multicast group even
 * where the request goes to one address, as some stacks answer nothing else.
 * `mx` is the longest delay of an answer in seconds, 1–5.
 */
export function renderSsdpSearch({ st, mx, userAgent }: { st: string; mx: number; userAgent?: string }): Buffer {
  const lines = [
    'M-SEARCH * HTTP/1.1',
    'HOST: 239.255.255.250:1900',
    'MAN: "ssdp:discover"',
    `MX: ${mx}`,
    `ST: ${cleanHeaderValue(st)}`,
    ...(userAgent === undefined ? [] : [`USER-AGENT: ${cleanHeaderValue(userAgent)}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/**
 * Parses the answer to a search: HTTP/1.x 200 with one of ST, USN and LOCATION at least (UPnP Device
 * Architecture 2.0 §1.3.3). Undefined for anything else, announcements (NOTIFY) and searches among it.
 */
export function parseSsdpAnswer(bytes: Buffer): SsdpEvidence | undefined {
  const head = parseHead(bytes);
  if (!head || !/^HTTP\/1\.[0-9][ \t]+200(?![0-9])/i.test(head.startLine)) return undefined;
  const st = readHeader(head, ['st'], 256);
  const usn = readHeader(head, ['usn'], 256);
  const location = readHeader(head, ['location'], 512);
  if (st === null && usn === null && location === null) return undefined;
  return { st, usn, server: readHeader(head, ['server'], 256), location };
}

const HOST_KINDS: Readonly<Record<AddressScope, 'private' | 'public' | null>> = {
  public: 'public',
  documentation: 'public',
  benchmarking: 'public',
  private: 'private',
  loopback: 'private',
  'link-local': 'private',
  cgnat: 'private',
  unspecified: 'private',
  reserved: null,
  multicast: null,
  broadcast: null,
};

/**
 * What the host of a LOCATION URL is: `private` for an address that is of use behind a router only (loopback,
 * link-local, CGNAT and unspecified ones too), `public`, a `name`, or null if there is no http(s) URL or the
 * address can be no one's. Documentation and benchmarking addresses pass for public ones.
 * The URL is only read, never followed.
 */
export function privateLocationHost(location: string | null): 'private' | 'public' | 'name' | null {
  const host = readHost(location);
  if (host === undefined) return null;
  const scope = addressScope(host.replace(/^\[(.*)\]$/, '$1'));
  return scope === undefined ? 'name' : HOST_KINDS[scope];
}

/** Tries, as URL.canParse of Node 20 takes some hosts for valid that the constructor then refuses. */
function readHost(location: string | null): string | undefined {
  try {
    const { protocol, hostname } = new URL((location ?? '').slice(0, 512));
    return /^https?:$/.test(protocol) && hostname !== '' ? hostname : undefined;
  } catch {
    return undefined;
  }
}
