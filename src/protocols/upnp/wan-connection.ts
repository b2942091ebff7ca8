import { parseAddress } from '../../model/address.js';
import type { Endpoint } from '../../model/endpoint.js';
import type { PortMapping } from '../../model/lan.js';
import type { SoapCall } from './soap.js';
import { parseLooseXml } from './loose-xml.js';
import { childText, findChild, findWithin, isNamed, parseXml, type XmlElement } from './xml.js';

/*
 * The questions that are asked of a WAN connection service, and what their results tell (UPnP WANIPConnection:2 §2.5;
 * the same in version 1 and in WANPPPConnection:1). They are all that is ever asked of one: each only reads.
 */

/** Status of the connection. */
export function askStatus(serviceType: string): SoapCall {
  return { serviceType, action: 'GetStatusInfo', arguments: [] };
}

/** The connection's own address. */
export function askExternalAddress(serviceType: string): SoapCall {
  return { serviceType, action: 'GetExternalIPAddress', arguments: [] };
}

/** The entry of the mapping table at `index`, from 0. */
export function askMapping(serviceType: string, index: number): SoapCall {
  return { serviceType, action: 'GetGenericPortMappingEntry', arguments: [['NewPortMappingIndex', String(index)]] };
}

/** The mapping of one endpoint that is there for every remote host. */
export function askMappingOf(serviceType: string, { transport, port }: Endpoint): SoapCall {
  return {
    serviceType,
    action: 'GetSpecificPortMappingEntry',
    arguments: [
      ['NewRemoteHost', ''],
      ['NewExternalPort', String(port)],
      ['NewProtocol', transport.toUpperCase()],
    ],
  };
}

/** Every mapping of a transport, those of other hosts too, as far as the gateway allows (version 2 of the service). */
export function askMappingList(serviceType: string, transport: 'tcp' | 'udp'): SoapCall {
  return {
    serviceType,
    action: 'GetListOfPortMappings',
    arguments: [
      ['NewStartPort', '0'],
      ['NewEndPort', '65535'],
      ['NewProtocol', transport.toUpperCase()],
      ['NewManage', '1'],
      ['NewNumberOfPorts', '0'],
    ],
  };
}

/** The status and the seconds since the connection came up; null if they are not told. */
export function readStatus(results: XmlElement): { status: string | null; uptimeSeconds: number | null } {
  return { status: childText(results, 'NewConnectionStatus', 64), uptimeSeconds: readSeconds(results, 'NewUptime') };
}

/** The external address; null if there is none (an empty text or 0.0.0.0), undefined if it is not an address. */
export function readExternalAddress(results: XmlElement): string | null | undefined {
  const text = childText(results, 'NewExternalIPAddress', 64);
  if (text === null || text === '0.0.0.0' || text === '::') return null;
  return parseAddress(text) ? text : undefined;
}

/** Texts that stand for every host. */
const EVERYBODY = ['', '*', '0.0.0.0', '::'];

/**
 * Reads one entry of a mapping table (UPnP WANIPConnection:2 §2.5.18, §2.5.21): mostly one mapping, one of each
 * transport where the gateway names both or none, and none for a place holder, which has neither an inside host nor is
 * enabled. A list of ports makes one of each. An entry that does not say that it is off counts as enabled; an inside
 * port that is not a number as 0, the same as outside. Not plain if the outside port or the transport cannot be read, or
 * if the entry says something twice, as it does where a description with tags was not escaped: then it is read with
 * what it says first and with what it says last, so that no description hides a mapping. A protocol that is not
 * understood is taken for both.
 */
export function readMapping(entry: XmlElement): ReadMapping {
  const twice = SAID_ONCE.filter((name) => new Set(listSaid(entry, name)).size > 1);
  if (twice.length === 0) {
    const mappings = readOneWay(entry);
    if (mappings) return { mappings, isPlain: true };
    const isOther = OTHER_PROTOCOL.test(childText(entry, 'NewProtocol', 16) ?? '');
    return {
      mappings: (isOther ? undefined : readOneWay(pickSaid(entry, ['NewProtocol'], null))) ?? [],
      isPlain: false,
    };
  }
  const ways = [0, -1].flatMap((which) => readOneWay(pickSaid(entry, twice, which)) ?? []);
  const mappings = new Map(ways.map((mapping) => [mappingKey(mapping), mapping]));
  return { mappings: [...mappings.values()], isPlain: false };
}

/** What an entry tells; not `isPlain`: it could not be read for certain, so there may be others. */
export interface ReadMapping {
  readonly mappings: readonly PortMapping[];
  readonly isPlain: boolean;
}

function readOneWay(entry: XmlElement): PortMapping[] | undefined {
  const text = (name: string, max: number) => childText(entry, name, max) ?? '';
  const internalClient = text('NewInternalClient', 64);
  const enabled = !/^(?:0|false|no|off|disabled)$/i.test(text('NewEnabled', 16));
  if (internalClient === '' && !enabled) return [];
  const external = readPorts(text('NewExternalPort', MAX_PORTS_TEXT));
  const internal = readPorts(text('NewInternalPort', MAX_PORTS_TEXT)) ?? [];
  const transports = readTransports(text('NewProtocol', 16));
  if (!external || transports.length === 0) return undefined;
  const remoteHost = text('NewRemoteHost', 64);
  const each = transports.flatMap((transport) => external.map((ports, index) => ({ transport, ports, index })));
  return each.map(({ transport, ports, index }) => ({
    transport,
    externalPort: ports.first,
    ...(ports.last > ports.first && { externalPortLast: ports.last }),
    remoteHost: EVERYBODY.includes(remoteHost) ? null : remoteHost,
    internalClient,
    internalPort: internal[index]?.first ?? 0,
    enabled,
    description: text('NewPortMappingDescription', 256) || text('NewDescription', 256),
    leaseSeconds: readSeconds(entry, 'NewLeaseDuration') ?? readSeconds(entry, 'NewLeaseTime'),
  }));
}

/** Reads the answer about one endpoint, which does not repeat what was asked; undefined if it names no inside client. */
export function readMappingOf(results: XmlElement, { transport, port }: Endpoint): PortMapping | undefined {
  const asked = { NewRemoteHost: '', NewExternalPort: String(port), NewProtocol: transport };
  const told = results.children.filter((child) => !Object.keys(asked).some((name) => isNamed(child, name)));
  const added = Object.entries(asked).map(([name, text]) => ({ name, text, children: [] }));
  const [mapping] = readMapping({ ...results, children: [...told, ...added] }).mappings;
  return mapping?.internalClient ? mapping : undefined;
}

const SAID_ONCE = [
  'NewRemoteHost',
  'NewExternalPort',
  'NewProtocol',
  'NewInternalPort',
  'NewInternalClient',
  'NewEnabled',
];

function listSaid(entry: XmlElement, name: string): string[] {
  return entry.children.filter((child) => isNamed(child, name)).map(({ text }) => text);
}

/** The entry with one value of each of those names: the first, at -1 the last, or none. */
function pickSaid(entry: XmlElement, names: readonly string[], which: number | null): XmlElement {
  const others = entry.children.filter((child) => !names.some((name) => isNamed(child, name)));
  const picked = names.map((name) => ({
    name,
    text: which === null ? '' : listSaid(entry, name).at(which)!,
    children: [],
  }));
  return { ...entry, children: [...others, ...picked] };
}

/**
 * The transports of a protocol. By the document it is TCP or UDP; some gateways list their static forwards with both
 * names, with a word for all, with none, or with the numbers of the internet protocols.
 */
function readTransports(text: string): PortMapping['transport'][] {
  if (/^(?:|\*|any|all|both|0|25[56])$/i.test(text)) return ['tcp', 'udp'];
  const numbers = /^[0-9, /+;|]+$/.test(text) ? text.split(/[^0-9]+/) : [];
  return (['tcp', 'udp'] as const).filter(
    (transport) => text.toLowerCase().includes(transport) || numbers.includes(PROTOCOL_NUMBERS[transport]),
  );
}

/** Protocols that have no ports, or none of ours. */
const OTHER_PROTOCOL = /^(?:[0-9]{1,3}|gre|esp|ah|ipsec|icmp(?:v6)?|igmp|sctp|dccp|ipip|l2tp|ospf|pptp)$/i;
const PROTOCOL_NUMBERS = { tcp: '6', udp: '17' } as const;

/** The mappings of a list, and how many of its entries could not be read; `loose`: it is not well-formed. */
export type MappingListResult =
  | { readonly mappings: readonly PortMapping[]; readonly unreadable: number; readonly loose: boolean }
  | { readonly problem: string };

/**
 * Reads the results of GetListOfPortMappings (UPnP WANIPConnection:2 §2.5.21): a document within a text, or, with
 * careless gateways, right within the results. At most `max` mappings; what is beyond counts as unreadable.
 */
export function readMappingList(results: XmlElement, max: number): MappingListResult {
  const listing = findChild(results, 'NewPortListing');
  if (!listing) return { problem: 'it has no list' };
  const strict = listing.children.length > 0 ? { root: listing } : parseXml(listing.text);
  const begun = listing.text.match(/<(?:[\w.-]{1,64}:)?PortMappingEntry\b/gi)?.length ?? 0;
  // Fewer than begin in the text: a description that was not escaped ended the list before its end.
  const loose = 'problem' in strict || findEntries(strict.root).length < begun;
  const document = loose ? parseLooseXml(listing.text) : strict;
  if ('problem' in document) return 'problem' in strict ? strict : document;
  if (!findWithin(document.root, 'PortMappingList'))
    return 'problem' in strict ? strict : { problem: 'it has no list' };
  const read = findEntries(document.root).map(readMapping);
  const mappings = read.flatMap((entry) => entry.mappings);
  const unreadable = read.filter(({ isPlain }) => !isPlain).length + Math.max(0, mappings.length - max);
  return { mappings: mappings.slice(0, max), unreadable, loose };
}

/** The entries of a list, also within one another. */
function findEntries(element: XmlElement): XmlElement[] {
  const within = element.children.flatMap(findEntries);
  return isNamed(element, 'PortMappingEntry') ? [element, ...within] : within;
}

/** What tells mappings apart; descriptions and leases do not. */
export function mappingKey({ description: _, leaseSeconds: __, ...mapping }: PortMapping): string {
  return JSON.stringify(mapping);
}

interface Ports {
  readonly first: number;
  readonly last: number;
}

const MAX_PORTS = 16;
const MAX_PORTS_TEXT = 16 * MAX_PORTS;

/** Ports, and ranges of them: `5060-5080,8000`, at most 16. All ports are 0. */
function readPorts(text: string): Ports[] | undefined {
  const read = text.split(/[,;]/, MAX_PORTS + 1).map((part) => readRange(part.trim()));
  const ports = read.flatMap((one) => one ?? []);
  return ports.length === read.length && ports.length <= MAX_PORTS ? ports : undefined;
}

function readRange(text: string): Ports | undefined {
  if (/^(?:\*|all|any)$/i.test(text)) return { first: 0, last: 0 };
  const match = /^\+?0*([0-9]{1,5})(?:\s*(?:[-:~\u2013]|\.\.|to)\s*0*([0-9]{1,5}))?$/i.exec(text);
  if (!match) return undefined;
  const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  if (last > 65_535) return undefined;
  return first <= 1 && last === 65_535 ? { first: 0, last: 0 } : { first, last };
}

/** A number of seconds; null if there is none. */
function readSeconds(results: XmlElement, name: string): number | null {
  const text = childText(results, name, 16) ?? '';
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : null;
}
