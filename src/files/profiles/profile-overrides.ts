import { findOverlaps, parseNetwork } from '../../model/address-ranges.js';
import { parseEndpointId, type EndpointId } from '../../model/endpoint.js';
import { OUTSIDER, type Profile, type ProfileService } from '../../model/profile.js';
import { InputError, throwErrors } from '../text/input-error.js';
import { refuseNetwork } from '../text/network.js';
import { parsePortRange } from '../text/ports.js';
import { quoteInput, suggest } from '../../words/input.js';

/** Ports that a service has been moved to, by service id. */
export type ServiceOverrides = Readonly<Record<string, readonly number[]>>;

/**
 * Parses moved services given as `ID=PORT`, with several ports as `ID=PORT,PORT`.
 * @throws InputError that names the bad part
 */
export function parseServiceOverrides(texts: Iterable<string>): ServiceOverrides {
  const overrides = new Map<string, number[]>();
  for (const text of texts) {
    const [, id = '', list = ''] = /^([a-z][a-z0-9-]{0,63})=(.+)$/.exec(text) ?? [];
    if (!id) throw new InputError(`bad service ${quoteInput(text)}: expected a form such as webpro=8081`);
    if (overrides.has(id)) throw new InputError(`service ${quoteInput(id)} is moved twice; write ${id}=PORT,PORT`);
    overrides.set(
      id,
      list.split(',').map((port) => parseSinglePort(port.trim(), text)),
    );
  }
  return Object.fromEntries(overrides);
}

/**
 * Moves services: all endpoints of each go to the given ports, for every transport that it had.
 * @throws InputError for an unknown service, a bad port, and an endpoint that two services would have
 */
export function applyServiceOverrides(profile: Profile, overrides: ServiceOverrides): Profile {
  const ids = profile.services.map((service) => service.id);
  for (const [id, ports] of Object.entries(overrides)) {
    if (!ids.includes(id)) throw new InputError(`unknown service ${quoteInput(id)}${suggest(id, ids)}`);
    if (ports.length === 0) throw new InputError(`service ${quoteInput(id)}: no port given`);
    for (const port of ports) parseSinglePort(String(port), `${id}=${port}`);
  }
  const services = profile.services.map((service) =>
    Object.hasOwn(overrides, service.id) ? moveService(service, overrides[service.id]!) : service,
  );
  refuseCollisions(services, overrides);
  return { ...profile, services };
}

function moveService(service: ProfileService, ports: readonly number[]): ProfileService {
  const transports = new Set(service.endpoints.flatMap((id) => parseEndpointId(id)?.transport ?? []));
  const endpoints = [...transports].flatMap((transport) => ports.map((port): EndpointId => `${transport}/${port}`));
  return { ...service, endpoints: [...new Set(endpoints)] };
}

function refuseCollisions(services: readonly ProfileService[], overrides: ServiceOverrides): void {
  const owners = new Map<EndpointId, string>();
  for (const { id, endpoints } of services) {
    for (const endpoint of endpoints) {
      const other = owners.get(endpoint);
      if (other === undefined) owners.set(endpoint, id);
      else {
        const [moved, settled] = Object.hasOwn(overrides, id) ? [id, other] : [other, id];
        throw new InputError(
          `service ${quoteInput(moved)} cannot move to ${endpoint}: service ${quoteInput(settled)} is there; move that one too`,
        );
      }
    }
  }
}

function parseSinglePort(text: string, shown: string): number {
  const { first, last } = parsePortRange(text, shown);
  if (first !== last || text.includes('-'))
    throw new InputError(`bad port ${quoteInput(shown)}: expected single ports`);
  return first;
}

/** Networks of a profile's sources at one site, by source id. */
export type SourceOverrides = Readonly<Record<string, readonly string[]>>;

/**
 * Gives sources of a profile the networks that they have at one site.
 * @throws InputError with a line for each problem: unknown sources, bad networks, networks that two sources share
 */
export function applySourceOverrides(profile: Profile, overrides: SourceOverrides): Profile {
  throwErrors(findSourceProblems(profile, overrides).map(({ problem }) => new InputError(problem)));
  const sources = Object.entries(profile.sources).map(([id, source]) => [
    id,
    Object.hasOwn(overrides, id) ? { ...source, cidrs: overrides[id]! } : source,
  ]);
  return { ...profile, sources: Object.fromEntries(sources) as Profile['sources'] };
}

/** What keeps overrides from fitting a profile, each with the source that it is about. */
export function findSourceProblems(profile: Profile, overrides: SourceOverrides): { id: string; problem: string }[] {
  const ids = Object.keys(profile.sources);
  const problems: { id: string; problem: string }[] = [];
  for (const [id, cidrs] of Object.entries(overrides)) {
    if (!ids.includes(id)) problems.push({ id, problem: describeUnknown(profile, id) });
    for (const cidr of cidrs) {
      const problem = refuseNetwork(cidr);
      if (problem) problems.push({ id, problem });
    }
  }
  return problems.length > 0 ? problems : findSharedNetworks(profile, overrides);
}

function describeUnknown(profile: Profile, id: string): string {
  if (id === OUTSIDER) return `source ${quoteInput(OUTSIDER)} is built in: everyone who belongs to no other source`;
  const ids = Object.keys(profile.sources);
  const others = ids.length > 0 ? `; there are ${ids.join(', ')}` : '; it has none';
  return `profile ${quoteInput(profile.name)} has no source ${quoteInput(id)}${suggest(id, ids) || others}`;
}

function findSharedNetworks(profile: Profile, overrides: SourceOverrides): { id: string; problem: string }[] {
  const networks = Object.entries(profile.sources).flatMap(([id, { cidrs }]) =>
    (overrides[id] ?? cidrs).flatMap((cidr) => {
      const range = parseNetwork(cidr);
      return range ? { id, cidr, ...range } : [];
    }),
  );
  return findOverlaps(networks)
    .filter(([one, two]) => one.id !== two.id)
    .map(([one, two]) => {
      const [own, other] = Object.hasOwn(overrides, two.id) ? [two, one] : [one, two];
      return { id: own.id, problem: `${own.cidr} overlaps ${other.cidr} of source ${quoteInput(other.id)}` };
    });
}

/**
 * Reads the service that always answers, such as `tcp/443`.
 * @throws InputError
 */
export function parseAlive(text: string): EndpointId {
  if (parseEndpointId(text)?.transport !== 'tcp')
    throw new InputError(`${quoteInput(text)} is not a TCP endpoint such as tcp/443`);
  return text as EndpointId;
}

/** Names the service of a site that always answers, where not the profile's. */
export function applyAlive(profile: Profile, alive: EndpointId | undefined): Profile {
  return alive === undefined ? profile : { ...profile, alive };
}
