import { addressScope } from '../../model/address.js';
import { type Endpoint, endpointId, type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Gateway, LanSurvey, PortMapping } from '../../model/lan.js';
import type { Severity } from '../../model/severity.js';
import { cutText, quote } from '../../check/rules/wording.js';
import { isOnLan, isSameAddress, placeOf } from './addresses.js';
import { externalAddresses } from './gateways.js';

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
export function keyOf({ transport, externalPort, remoteHost, internalClient, internalPort }: PortMapping): string {
  return JSON.stringify([transport, externalPort, remoteHost, internalClient, internalPort]);
}

/** Whether a mapping lets in what comes to an endpoint; external port 0 stands for all. */
export function coversEndpoint({ enabled, transport, externalPort }: PortMapping, endpoint: Endpoint): boolean {
  return enabled && transport === endpoint.transport && (externalPort === 0 || externalPort === endpoint.port);
}

/** The endpoint that a mapping opens; null where it opens all ports. */
export function mappedEndpoint({ transport, externalPort }: PortMapping): EndpointId | null {
  return parseEndpointId(`${transport}/${externalPort}`) ? endpointId({ transport, port: externalPort }) : null;
}

/** Whether a mapping was asked for by NAT-PMP or PCP: miniupnpd lists those with such a description. */
export function isByNatPmp({ description }: PortMapping): boolean {
  return /^(?:NAT-PMP|PCP)\b/i.test(description);
}

/** Why an inside client is none, and how bad that is. */
export interface Stranger {
  readonly severity: Severity;
  readonly why: string;
}

/**
 * Tells an inside client that is not inside: the router itself, an address of the internet, or a private one that is not
 * of the network in which both we and the router are. Null where it is inside, or where nobody can tell.
 */
export function recogniseStranger({ gateway, mapping }: HeldMapping, { interfaces }: LanSurvey): Stranger | null {
  const client = mapping.internalClient.trim();
  const own = [gateway.address, ...externalAddresses(gateway)];
  if (addressScope(client) === 'loopback' || own.some((address) => isSameAddress(address, client)))
    return { severity: 'critical', why: 'the router itself, whose own services it opens to the internet' };
  if (isOnLan(client, interfaces)) return null;
  switch (placeOf(client)) {
    case 'internet':
      return { severity: 'critical', why: 'an address of the internet, for which the router serves as a relay' };
    case 'inside':
    case 'cgnat':
      return isOnLan(gateway.address, interfaces)
        ? { severity: 'high', why: 'an address of another network than this one' }
        : null;
    case 'nowhere':
      return { severity: 'high', why: 'an address that no device can have' };
    case undefined:
      return null;
  }
}

/** `tcp/80 to 192.168.1.50:80, described as “Camera”, without end`. */
export function describeMapping(mapping: PortMapping): string {
  const { transport, externalPort, internalClient, internalPort, description, remoteHost, enabled } = mapping;
  const from = externalPort === 0 ? `every ${transport.toUpperCase()} port` : `${transport}/${externalPort}`;
  return [
    `${from} to ${cutText(internalClient, 45) || 'nobody named'}:${internalPort}`,
    description.trim() ? `described as ${quote(description.trim(), 48)}` : 'without a description',
    describeLease(mapping),
    remoteHost ? `for ${cutText(remoteHost, 45)} only` : '',
    enabled ? '' : 'switched off',
  ]
    .filter(Boolean)
    .join(', ');
}

function describeLease({ leaseSeconds }: PortMapping): string {
  if (leaseSeconds === null) return '';
  if (leaseSeconds === 0) return 'without end';
  if (leaseSeconds < 120) return `for another ${leaseSeconds} s`;
  return leaseSeconds < 7_200 ? `for another ${Math.round(leaseSeconds / 60)} min` : `for ${hours(leaseSeconds)} more`;
}

function hours(seconds: number): string {
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
