import { parseAddress } from '../../model/address.js';
import type { PortMapping } from '../../model/lan.js';
import type { SoapCall } from './soap.js';
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

const TRANSPORTS: Readonly<Record<string, readonly PortMapping['transport'][]>> = {
  tcp: ['tcp'],
  udp: ['udp'],
  // Not in the document, but some gateways list their static forwards so.
  both: ['tcp', 'udp'],
  tcpudp: ['tcp', 'udp'],
  udptcp: ['tcp', 'udp'],
};

/**
 * Reads one entry of a mapping table (UPnP WANIPConnection:2 §2.5.18, §2.5.21): mostly one mapping, one of each
 * transport where the gateway says so, and none for a place holder, which has neither an inside host nor is enabled.
 * An entry that does not say that it is off counts as enabled. Undefined if a port or the transport cannot be read.
 */
export function readMapping(entry: XmlElement): PortMapping[] | undefined {
  const text = (name: string, max: number) => childText(entry, name, max) ?? '';
  const internalClient = text('NewInternalClient', 64);
  const enabled = !/^(?:0|false|no|off|disabled)$/i.test(text('NewEnabled', 16));
  if (internalClient === '' && !enabled) return [];
  const externalPort = readPort(text('NewExternalPort', 16));
  const internalPort = readPort(text('NewInternalPort', 16));
  const transports =
    TRANSPORTS[
      text('NewProtocol', 16)
        .toLowerCase()
        .replace(/[^a-z]/g, '')
    ];
  if (externalPort === undefined || internalPort === undefined || !transports) return undefined;
  const remoteHost = text('NewRemoteHost', 64);
  return transports.map((transport) => ({
    transport,
    externalPort,
    remoteHost: EVERYBODY.includes(remoteHost) ? null : remoteHost,
    internalClient,
    internalPort,
    enabled,
    description: text('NewPortMappingDescription', 256) || text('NewDescription', 256),
    leaseSeconds: readSeconds(entry, 'NewLeaseDuration') ?? readSeconds(entry, 'NewLeaseTime'),
  }));
}

/** The mappings of a list, and how many of its entries could not be read. */
export type MappingListResult =
  { readonly mappings: readonly PortMapping[]; readonly unreadable: number } | { readonly problem: string };

/**
 * Reads the results of GetListOfPortMappings (UPnP WANIPConnection:2 §2.5.21): a document within a text, or, with
 * careless gateways, right within the results. At most `max` mappings; what is beyond counts as unreadable.
 */
export function readMappingList(results: XmlElement, max: number): MappingListResult {
  const listing = findChild(results, 'NewPortListing');
  if (!listing) return { problem: 'it has no list' };
  const document = listing.children.length > 0 ? { root: listing } : parseXml(listing.text);
  if ('problem' in document) return document;
  const list = findWithin(document.root, 'PortMappingList');
  if (!list) return { problem: 'it has no list' };
  const read = list.children.filter((child) => isNamed(child, 'PortMappingEntry')).map(readMapping);
  const mappings = read.flatMap((entry) => entry ?? []);
  const unreadable = read.filter((entry) => entry === undefined).length + Math.max(0, mappings.length - max);
  return { mappings: mappings.slice(0, max), unreadable };
}

/** What tells mappings apart: a table has one of them at most. */
export function mappingKey({ transport, externalPort, remoteHost }: PortMapping): string {
  return `${transport} ${externalPort} ${remoteHost ?? '*'}`;
}

function readPort(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : undefined;
  return port !== undefined && port <= 65_535 ? port : undefined;
}

/** A number of seconds; null if there is none. */
function readSeconds(results: XmlElement, name: string): number | null {
  const text = childText(results, name, 16) ?? '';
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : null;
}
