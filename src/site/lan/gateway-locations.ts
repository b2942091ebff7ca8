import { formatAddress, parseAddress, unmapAddress } from '../../model/address.js';
import type { SsdpFound } from '../../model/lan.js';

/** Descriptions that are read of one gateway. */
const MAX_LOCATIONS = 4;
const MAX_FOREIGN = 4;
const GATEWAY = /:(?:InternetGatewayDevice|WANDevice|WANConnectionDevice|WANIPConnection|WANPPPConnection):/i;

/** Where a gateway's descriptions are, those of the router itself first, and what was left out and why. */
export interface GatewayLocations {
  readonly locations: readonly URL[];
  readonly problems: readonly string[];
}

/**
 * Chooses the LOCATIONs that may be followed: http URLs whose host is the very address that answered, as a literal.
 * Anything else is told and left alone.
 */
export function chooseLocations(address: string, answers: readonly SsdpFound[]): GatewayLocations {
  const isRouter = ({ st, usn }: SsdpFound): boolean => GATEWAY.test(`${st} ${usn}`);
  const ordered = [...answers.filter(isRouter), ...answers.filter((answer) => !isRouter(answer))];
  const named = [...new Set(ordered.flatMap(({ location }) => location ?? []))];
  if (answers.length > 0 && named.length === 0) {
    return {
      locations: [],
      problems: ['It answers searches but names no description, so its mappings are not known.'],
    };
  }
  const own = new Map<string, URL>();
  const foreign = new Set<string>();
  for (const location of named) {
    const url = parseHttpUrl(location);
    if (url && isOwnHost(url, address)) own.set(url.href, url);
    else foreign.add(url ? url.host : location.slice(0, 64));
  }
  const problems = [...foreign]
    .slice(0, MAX_FOREIGN)
    .map(
      (where) =>
        `It names a description at ${where.slice(0, 128)}, which is not its own address. It was not read, because a ` +
        'description elsewhere could be about any device.',
    );
  if (own.size > MAX_LOCATIONS) {
    problems.push(`It names ${own.size} descriptions; ${MAX_LOCATIONS} of them were read.`);
  }
  return { locations: [...own.values()].slice(0, MAX_LOCATIONS), problems };
}

/** Whether the host of a URL is that address; a zone counts for nothing, and names are never looked up. */
export function isOwnHost({ hostname }: URL, address: string): boolean {
  const own = canonicalAddress(address);
  return own !== undefined && canonicalAddress(hostname.replace(/^\[(.*)\]$/, '$1')) === own;
}

/** The port of an http URL. */
export function portOf({ port }: URL): number {
  return port === '' ? 80 : Number(port);
}

/** Parses a URL of scheme http with a port that can be connected to; undefined for all else. */
export function parseHttpUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' && url.hostname !== '' && portOf(url) > 0 ? url : undefined;
  } catch {
    return undefined;
  }
}

function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text.replace(/%.*$/s, ''));
  return address && formatAddress(unmapAddress(address));
}
