import { type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Gateway, GatewayName, MappingName, PortMapping } from '../../model/lan.js';
import {
  type Access,
  accessOf,
  indexServices,
  OUTSIDER,
  type Profile,
  type ProfileService,
} from '../../model/profile.js';
import type { Explanation, SiteEvidence, SiteReportData } from '../../model/site.js';
import { isAnyones, isSameAddress } from './addresses.js';
import { explainReachable, type Reachability } from './explain.js';
import { identifyGateway, listRouters } from './gateways.js';
import {
  coversEndpoint,
  type HeldMapping,
  isByNatPmp,
  lastPort,
  mappedEndpoint,
  recogniseStranger,
} from './mappings.js';

/**
 * What a mapping is to the phone system, so that exactly one rule speaks of it: `injected` its inside client is not
 * inside · `nec-port` it leads to the phone system, or a port of it to we do not know whom · `other-host` it leads a port
 * of the phone system to another device · `other` none of its business · `off` it is switched off.
 */
export type MappingKind = 'injected' | 'nec-port' | 'other-host' | 'other' | 'off';

/** What speaks of a reachable endpoint: the rule of a kind of mapping, that of a DMZ, or that of any other forward. */
export type Teller = Exclude<MappingKind, 'other' | 'off'> | 'dmz' | 'forward';

export interface JudgedMapping extends HeldMapping {
  readonly kind: MappingKind;
  /** What it opens, of a range one of several; null for all ports. */
  readonly endpoint: EndpointId | null;
}

/** What the site rules look at: derived once from what was seen and a profile. */
export interface SiteFacts extends Omit<Reachability, 'explanations' | 'mappings' | 'ways'> {
  readonly kind: 'lan' | 'preinstall';
  readonly evidence: SiteEvidence;
  readonly profile: Profile;
  /** Which source of the profile the vantage is. */
  readonly source: string;
  readonly serviceAccess: (service: ProfileService) => Access;
  /** The service that stands on an endpoint, or would with the maker's ports. */
  readonly serviceOf: (endpoint: EndpointId) => ProfileService | undefined;
  /** What the profile says of an endpoint: of a service that was moved away from it, nothing. */
  readonly accessTo: (endpoint: EndpointId) => Access;
  /** The gateways that carry the site's traffic. */
  readonly routers: readonly Gateway[];
  /** The same as findings name them. */
  readonly routerNames: readonly GatewayName[];
  readonly mappings: readonly JudgedMapping[];
  readonly reachable: readonly Explanation[];
  /** Which one rule speaks of a reachable endpoint; what is agreed, or the check's own rules tell better, is not in it. */
  readonly tellers: ReadonlyMap<EndpointId, Teller>;
}

/** Derives what the site rules look at. Total: any evidence and profile that fit the model will do. */
export function deriveSiteFacts(
  evidence: SiteEvidence,
  profile: Profile,
  kind: SiteFacts['kind'],
  earlier: readonly SiteReportData[] = [],
): SiteFacts {
  const { explanations, ways, mappings, ...seen } = explainReachable(evidence, profile, earlier);
  const services = indexServices(profile);
  const routers = listRouters(evidence.lan.gateways);
  const source = evidence.outside?.check?.vantage.source ?? evidence.outside?.source ?? OUTSIDER;
  const serviceAccess = (service: ProfileService) => accessOf(service, source, profile.unlisted);
  const serviceOf = (endpoint: EndpointId) =>
    services.get(endpoint) ?? profile.services.find(({ defaultEndpoints }) => defaultEndpoints.includes(endpoint));
  const accessTo = (endpoint: EndpointId) => {
    const service = services.get(endpoint);
    return service ? serviceAccess(service) : profile.unlisted;
  };
  const all = mappings.flatMap((held) =>
    listOpened(held.mapping, profile.services, serviceOf).map((endpoint) =>
      judgeMapping(held, endpoint, evidence, serviceOf),
    ),
  );
  const kinds = new Map<PortMapping, MappingKind>();
  for (const { mapping, kind: mapped } of all)
    if (mapped !== 'other' || !kinds.has(mapping)) kinds.set(mapping, mapped);
  const judged = all.filter(({ mapping, kind: mapped }) => mapped !== 'other' || kinds.get(mapping) === 'other');
  const tellers = new Map<EndpointId, Teller>();
  for (const { endpoint, cause } of explanations) {
    const way = ways.get(endpoint);
    const mapped = (way?.mapping && kinds.get(way.mapping)) ?? 'other';
    const nature = seen.check?.open.find((opening) => opening.endpoint === endpoint)?.nature;
    const gatewayTalk = nature === 'upnp' || nature === 'nat-pmp' || nature === 'inside-device';
    if (mapped !== 'other' && mapped !== 'off') tellers.set(endpoint, mapped);
    else if (accessTo(endpoint) !== 'must-not') continue;
    else if (cause === 'dmz') tellers.set(endpoint, 'dmz');
    else if (!gatewayTalk || seen.ledger.arrived.has(endpoint)) tellers.set(endpoint, 'forward');
  }
  return {
    ...seen,
    kind,
    evidence,
    profile,
    source,
    serviceAccess,
    serviceOf,
    accessTo,
    routers,
    routerNames: routers.map(identifyGateway),
    mappings: judged,
    reachable: explanations,
    tellers,
  };
}

/**
 * What a mapping is judged by: the endpoint that it opens, null for all ports; of a range the first, and the first of
 * each service in it, so that none hides behind another.
 */
function listOpened(
  mapping: PortMapping,
  services: readonly ProfileService[],
  serviceOf: (endpoint: EndpointId) => ProfileService | undefined,
): (EndpointId | null)[] {
  const first = mappedEndpoint(mapping);
  if (first === null || !mapping.enabled || lastPort(mapping) <= mapping.externalPort) return [first];
  const opens = (endpoint: EndpointId) => {
    const parsed = parseEndpointId(endpoint);
    return parsed !== undefined && coversEndpoint(mapping, parsed);
  };
  const known = serviceOf(first);
  const others = services
    .filter((service) => service !== known)
    .flatMap(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints].find(opens) ?? []);
  return [...new Set([first, ...others])];
}

function judgeMapping(
  held: HeldMapping,
  endpoint: EndpointId | null,
  evidence: SiteEvidence,
  serviceOf: (endpoint: EndpointId) => ProfileService | undefined,
): JudgedMapping {
  const service = endpoint && serviceOf(endpoint);
  const isNec = endpoint === null || (service ? service.kind !== 'gateway' : false);
  return { ...held, endpoint, kind: judgeKind() };

  function judgeKind(): MappingKind {
    const { enabled, internalClient } = held.mapping;
    if (!enabled) return 'off';
    if (recogniseStranger(held, evidence.lan)) return 'injected';
    const places = phoneSystemAddresses(evidence);
    if (places.some((address) => isSameAddress(address, internalClient))) return 'nec-port';
    if (!isNec) return 'other';
    return evidence.pbxAddress === null || isAnyones(internalClient) ? 'nec-port' : 'other-host';
  }
}

/** Where the phone system is or will be, as far as it was said. */
export function phoneSystemAddresses({ pbxAddress, standIn }: SiteEvidence): string[] {
  return [...new Set([pbxAddress, standIn?.address ?? null].flatMap((address) => (address ? [address] : [])))];
}

/** By what a mapping was asked for. */
export function nameProtocol(mapping: Pick<MappingName, 'description'>): string {
  return isByNatPmp(mapping) ? 'NAT-PMP' : 'UPnP';
}

/** Whether every endpoint of a service is settled by what arrived, or did not, at the stand-in. */
export function isSettled(facts: SiteFacts, service: ProfileService): boolean {
  const { arrived, shut } = facts.ledger;
  const stand = listStanding(facts, service);
  return stand.every((endpoint) => arrived.has(endpoint) || shut.has(endpoint));
}

/** The endpoints that stand for a service: of voice media that are not agreed those that were asked, if any were. */
export function listStanding({ evidence, serviceAccess }: SiteFacts, service: ProfileService): readonly EndpointId[] {
  const { kind, endpoints } = service;
  if (kind !== 'media' || serviceAccess(service) !== 'must-not') return endpoints;
  const asked = new Set(evidence.outside?.proofs.map(({ endpoint }) => endpoint));
  const standing = endpoints.filter((endpoint) => asked.has(endpoint));
  return standing.length > 0 ? standing : endpoints;
}

/** Whether the stand-in settled all that the profile speaks of, and a DMZ too: then no list of a router is needed. */
export function provesAll(facts: SiteFacts): boolean {
  const services = facts.profile.services.filter(({ kind }) => kind !== 'gateway');
  return facts.ledger.canaries.length > 0 && services.every((service) => isSettled(facts, service));
}

/** Whether the phone system was seen to offer a service on the LAN. */
export function offersOnLan({ lan }: SiteEvidence, { endpoints }: ProfileService): boolean {
  return (lan.pbx?.observations ?? []).some(({ endpoint, state }) => state === 'open' && endpoints.includes(endpoint));
}

/** Whether the stand-in listened where the phone system will be: forwards that lead there arrive nowhere else. */
export function isInPlace({ pbxAddress, standIn }: SiteEvidence): boolean {
  return pbxAddress !== null && standIn !== null && isSameAddress(pbxAddress, standIn.address);
}
