import { addressScope } from '../../model/address.js';
import { type Endpoint, endpointId, type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Gateway, LanSurvey, MappingName, PortMapping } from '../../model/lan.js';
import type { SiteReportData } from '../../model/site.js';
import { cutText, quote } from '../../words/sentence.js';
import { isOnLan, isSameAddress, placeOf, tidyAddress } from './addresses.js';
import { externalAddresses, judgeUpnp } from './gateways.js';

/** A mapping and the gateway that lists it. */
export interface HeldMapping {
  readonly gateway: Gateway;
  readonly mapping: PortMapping;
}

/** All mappings that gateways list; one that several connections of a gateway list, once. */
export function listMappings(gateways: readonly Gateway[]): HeldMapping[] {
  return gateways.flatMap((gateway) => {
    const byKey = new Map<string, HeldMapping>();
    for (const { mappings } of gateway.connections)
      for (const mapping of mappings) byKey.set(`${keyOf(mapping)} ${mapping.enabled}`, { gateway, mapping });
    return [...byKey.values()];
  });
}

/** What makes two mappings the same; descriptions and leases change without another mapping. */
export function keyOf(mapping: PortMapping): string {
  const { transport, externalPort, remoteHost, internalClient, internalPort } = mapping;
  return JSON.stringify([transport, externalPort, lastPort(mapping), remoteHost, internalClient, internalPort]);
}

/** The last port that a mapping opens: the only one, where it is no range. */
export function lastPort({ externalPort, externalPortLast = externalPort }: MappingName | PortMapping): number {
  return externalPortLast;
}

/** Whether a mapping lets in what comes to an endpoint; external port 0 stands for all. */
export function coversEndpoint(mapping: PortMapping, { transport, port }: Endpoint): boolean {
  const { enabled, externalPort } = mapping;
  const covers = externalPort === 0 || (externalPort <= port && port <= lastPort(mapping));
  return enabled && transport === mapping.transport && covers;
}

/** The port inside to which a mapping leads what comes to a port; null if any will do. */
export function insidePort({ externalPort, internalPort }: PortMapping, port: number): number | null {
  if (internalPort === 0) return null;
  return externalPort === 0 ? internalPort : internalPort + port - externalPort;
}

/** The endpoint that a mapping opens, the first of a range; null if it opens all ports. */
export function mappedEndpoint({ transport, externalPort }: PortMapping): EndpointId | null {
  return parseEndpointId(`${transport}/${externalPort}`) ? endpointId({ transport, port: externalPort }) : null;
}

/** Whether a mapping was asked for by NAT-PMP or PCP: miniupnpd lists those with such a description. */
export function isByNatPmp({ description }: Pick<PortMapping, 'description'>): boolean {
  return /^(?:NAT-PMP|PCP)\b/i.test(description);
}

/** What an inside client is that is not inside. */
export const STRANGERS = ['router', 'internet', 'other-network', 'impossible'] as const;
export type Stranger = (typeof STRANGERS)[number];

/**
 * Recognises an inside client that is not inside: the router itself, an address of the internet, or a private one that is
 * not of the network in which both we and the router are. Null if it is inside, or if it cannot be determined.
 */
export function recogniseStranger({ gateway, mapping }: HeldMapping, { interfaces }: LanSurvey): Stranger | null {
  const client = tidyAddress(mapping.internalClient);
  const own = [gateway.address, ...externalAddresses(gateway)];
  if (addressScope(client) === 'loopback' || own.some((address) => isSameAddress(address, client))) return 'router';
  if (isOnLan(client, interfaces)) return null;
  switch (placeOf(client)) {
    case 'internet':
      return 'internet';
    case 'inside':
    case 'cgnat':
      return isOnLan(gateway.address, interfaces) ? 'other-network' : null;
    case 'nowhere':
      return 'impossible';
    case undefined:
      return null;
  }
}

/** A mapping as findings name it. */
export function identifyMapping(mapping: PortMapping): MappingName {
  const { transport, externalPort, internalClient, internalPort, remoteHost, enabled, leaseSeconds } = mapping;
  return {
    ...{ transport, externalPort, internalPort, enabled },
    ...(mapping.externalPortLast !== undefined && { externalPortLast: mapping.externalPortLast }),
    internalClient: cutText(internalClient, 45),
    remoteHost: remoteHost && cutText(remoteHost, 45),
    description: cutText(mapping.description.trim(), 48),
    lease: leaseSeconds === null ? null : leaseSeconds === 0 ? 'permanent' : 'temporary',
  };
}

/** `tcp/80 to 192.168.1.50:80 (“Camera”, permanent)`. */
export function describeMapping(mapping: MappingName): string {
  const { transport, externalPort, internalClient, internalPort, description, remoteHost, enabled, lease } = mapping;
  const from = externalPort === 0 ? `every ${transport.toUpperCase()} port` : `${transport}/${sayPorts(mapping)}`;
  const details = [
    description ? quote(description) : 'no description',
    lease,
    remoteHost ? `for ${remoteHost} only` : null,
    enabled ? null : 'switched off',
  ];
  return `${from} to ${internalClient || 'no address'}:${internalPort} (${details.filter(Boolean).join(', ')})`;
}

/** `5060`, or `5060-5080`. */
function sayPorts(mapping: MappingName): string {
  const last = lastPort(mapping);
  return last === mapping.externalPort ? String(last) : `${mapping.externalPort}-${last}`;
}

/**
 * When an earlier run first saw a mapping that every run since has seen; null if the last one did not. A run that
 * could not read the whole list says nothing either way. `earlier` is oldest first.
 */
export function findFirstSeen(mapping: PortMapping, earlier: readonly SiteReportData[]): string | null {
  const key = keyOf(mapping);
  let since: string | null = null;
  for (const { startedAt, evidence } of earlier.toReversed()) {
    if (listMappings(evidence.lan.gateways).some((held) => keyOf(held.mapping) === key)) since = startedAt;
    else if (listsAll(evidence.lan)) break;
  }
  return since;
}

/** Whether a survey read the mappings of every gateway that has any to tell, and one at least. */
export function listsAll({ interrupted, gateways }: LanSurvey): boolean {
  const states = gateways.map(judgeUpnp);
  return (
    !interrupted &&
    states.includes('listed') &&
    !states.some((state) => state === 'partly-listed' || state === 'unread')
  );
}
