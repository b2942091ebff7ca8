import { formatAddress, parseAddress, unmapAddress } from '../../model/address.js';
import type { SsdpFound } from '../../model/lan.js';
import { type HttpPlace, parseHttpPlace, renderHttpPlace } from '../../protocols/upnp/http-place.js';

/** Descriptions that are read of one gateway. */
const MAX_LOCATIONS = 4;
const MAX_TOLD = 4;
const GATEWAY = /:(?:InternetGatewayDevice|WANDevice|WANConnectionDevice|WANIPConnection|WANPPPConnection):/i;
/** WFADevice is the Wi-Fi setup of access points and routers alike, so it tells nothing. */
const OTHER_DEVICE = /:device:(?!WFADevice:)[^:]/i;

/** What a description is of, by the answers that name it: the most telling of them decides. */
const TELLING = ['gateway', 'other', 'unknown'] as const;
type Worth = (typeof TELLING)[number];
const READING_ORDER: readonly Worth[] = ['gateway', 'unknown', 'other'];

/** A description to ask the gateway's own address for. */
export interface GatewayLocation {
  readonly place: HttpPlace;
  /** It may be that of a gateway: if it cannot be read, something is not known. */
  readonly matters: boolean;
}

/** Where a gateway's descriptions are, those of the router itself first; what was left out and why, and what not. */
export interface GatewayLocations {
  readonly locations: readonly GatewayLocation[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Chooses the LOCATIONs that are asked for. Whatever host they name, only their port and path are used, to ask the
 * address that answered: many routers name a host by which they cannot be reached from here.
 */
export function chooseLocations(address: string, answers: readonly SsdpFound[]): GatewayLocations {
  const places = new Map<string, { place: HttpPlace; worth: Worth }>();
  const unusable = new Set<string>();
  for (const answer of answers) {
    // No URL has white space in it: what is behind is of something else.
    const named = answer.location?.trim().replace(/[;,]?\s.*$/s, '');
    if (!named) continue;
    const place = parseHttpPlace(named);
    const worth = judgeWorth(answer);
    if (!place) {
      if (worth !== 'other') unusable.add(named.slice(0, 128));
      continue;
    }
    const key = `${place.port} ${place.path}`;
    const known = places.get(key);
    if (!known || TELLING.indexOf(worth) < TELLING.indexOf(known.worth)) places.set(key, { place, worth });
  }
  const ordered = READING_ORDER.flatMap((worth) => [...places.values()].filter((one) => one.worth === worth));
  const [read, left] = [ordered.slice(0, MAX_LOCATIONS), ordered.slice(MAX_LOCATIONS)];
  const isDoubt = left.some(({ worth }) => worth !== 'other');
  const isGateway = answers.some((answer) => judgeWorth(answer) === 'gateway');
  const isNamed = unusable.size > 0 || ordered.some(({ worth }) => worth === 'gateway');
  const told = `It names ${ordered.length} descriptions; ${MAX_LOCATIONS} of them were read`;
  return {
    locations: read.map(({ place, worth }) => ({ place, matters: worth !== 'other' })),
    problems: [
      ...(answers.length > 0 && places.size + unusable.size === 0
        ? ['It answers searches but names no description, so its mappings are not known.']
        : isGateway && !isNamed
          ? ['It answers as an Internet gateway but names no description of one, so its mappings may not be known.']
          : []),
      ...[...unusable]
        .slice(0, MAX_TOLD)
        .map((named) => `It names a description at ${named}, which is not an http address, so it was not read.`),
      ...(isDoubt ? [`${told}.`] : []),
    ],
    notes: [
      ...(left.length > 0 && !isDoubt ? [`${told}, as the others are of devices that are not gateways.`] : []),
      ...read.flatMap(({ place }) => noteDetour(place, address, 'It names a description')).slice(0, MAX_TOLD),
    ],
  };
}

function judgeWorth({ st, usn }: SsdpFound): Worth {
  const types = `${st} ${usn}`;
  if (GATEWAY.test(types)) return 'gateway';
  return OTHER_DEVICE.test(types) ? 'other' : 'unknown';
}

/** What is said of a place that names another host, or another scheme, than that by which it is asked. */
export function noteDetour(place: HttpPlace, address: string, names: string): string[] {
  if (place.scheme === 'http' && (place.host === '' || isSameHost(place.host, address))) return [];
  const named = renderHttpPlace(place).slice(0, 256);
  return [`${names} at ${named}. Its own address was asked instead, port ${place.port}, by HTTP.`];
}

/** Whether a host is that address, as a literal; a zone counts for nothing, and names are never looked up. */
function isSameHost(host: string, address: string): boolean {
  const own = canonicalAddress(address);
  return own !== undefined && canonicalAddress(host.replace(/^\[(.*)\]$/, '$1')) === own;
}

function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text.replace(/%.*$/s, ''));
  return address && formatAddress(unmapAddress(address));
}
