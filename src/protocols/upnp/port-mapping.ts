import type { PortMapping } from '../../model/lan.js';
import { readSeconds } from './wan-connection.js';
import { childText, findChild, findWithin, isNamed, parseXml, type XmlElement } from './xml.js';

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
 * An entry that does not say that it is off counts as enabled. Undefined where a port or the transport can't be read.
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
