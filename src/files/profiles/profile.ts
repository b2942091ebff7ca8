import { type ProfileLayer, readProfileChain } from './profile-file.js';
import { applyAlive, applyServiceOverrides, applySourceOverrides, type ServiceOverrides } from './profile-overrides.js';
import { listShipped } from '../shipped.js';
import { InputError, throwErrors } from '../text/input-error.js';
import { type KeyPath, problemAt } from '../text/yaml-document.js';
import { findOverlaps, parseNetwork } from '../../model/address-ranges.js';
import type { Client } from '../../model/client.js';
import type { EndpointId } from '../../model/endpoint.js';
import { type Access, OUTSIDER, type Profile, type ProfileService, type ProfileSource } from '../../model/profile.js';
import { type Service, SERVICES } from '../../model/service.js';
import { quoteInput, suggest } from '../../words/input.js';

/** A service of a profile's own with more endpoints than this is not probed one by one. */
const MAX_PROBED = 16;

/** At most this many different choices of clients are remembered. */
const MAX_KNOWN = 1024;

/** The profile that holds if none is given. */
export const DEFAULT_PROFILE = 'closed';

/**
 * Loads a shipped profile by name, or one from a file, with all that it extends.
 * @param options.services services that this site has on other ports
 * @param options.alive a service of this site that always answers
 * @throws InputError with a line, as `file:line:column: problem`, for each problem
 */
export async function loadProfile(
  nameOrFile: string,
  { services = {}, alive }: ProfileOverrides = {},
): Promise<Profile> {
  return applyAlive(applyServiceOverrides(resolveProfile(await readProfileChain(nameOrFile)), services), alive);
}

/** Where a site differs from its profile. */
export interface ProfileOverrides {
  readonly services?: ServiceOverrides | undefined;
  readonly alive?: EndpointId | undefined;
}

/** What of a client decides on its profile. */
export type ProfileChoice = Pick<Client, 'profile' | 'services' | 'sources' | 'alive'>;

/**
 * Makes a loader of clients' profiles, with their moved services and the networks of their sources: every file is read
 * once, and clients with the same choice get the same profile. It throws an InputError if the profile is not valid, or
 * where what the client says does not fit it.
 */
export function createProfileLoader(): (client: ProfileChoice) => Promise<Profile> {
  const bases = new Map<string, Promise<Profile>>();
  const known = new Map<string, Profile>();
  return async (client) => {
    const key = JSON.stringify([client.profile, client.services, client.sources, client.alive]);
    const before = known.get(key);
    if (before) return before;
    const base = bases.get(client.profile) ?? loadProfile(client.profile);
    bases.set(client.profile, base);
    const own = applySourceOverrides(applyServiceOverrides(await base, client.services), client.sources);
    const profile = applyAlive(own, client.alive);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, profile);
    return profile;
  };
}

/** The shipped profiles, in the order of their names. */
export async function listProfiles(): Promise<{ name: string; title: string }[]> {
  const profiles = await Promise.all((await listShipped('profile')).map((name) => loadProfile(name)));
  return profiles.map(({ name, title }) => ({ name, title }));
}

/** The problems of a profile as lines for people; none if it is valid. */
export async function validateProfile(nameOrFile: string): Promise<string[]> {
  try {
    await loadProfile(nameOrFile);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n');
    throw error;
  }
}

/** A service while the layers are laid over each other. */
interface ServiceDraft {
  service: Service;
  endpoints: readonly EndpointId[];
  from: Map<string, Access>;
}

/**
 * Lays a profile over those that it extends, the root first. Below the root stand all services that sallyport knows, at
 * the maker's endpoints, reachable from no one. A source that a service does not list has the access of `outsider`.
 *
 * @throws InputError with a line for each problem: unknown sources and services, two services on one endpoint, two
 * sources with common addresses
 */
export function resolveProfile(layers: readonly ProfileLayer[]): Profile {
  const errors: InputError[] = [];
  const drafts = new Map<string, ServiceDraft>();
  for (const service of SERVICES) drafts.set(service.id, draftService(service));
  const sources = new Map<string, ProfileSource>();
  for (const layer of layers) {
    for (const [id, source] of Object.entries(layer.data.sources)) sources.set(id, source);
    applyServices(layer, drafts, sources, (path, problem) => errors.push(problemAt(layer.document, path, problem)));
  }
  errors.push(...findEndpointOverlaps(layers, drafts), ...findSourceOverlaps(layers));
  throwErrors(errors);
  const { data, document, builtIn } = layers.at(-1)!;
  const alive = layers.findLast((layer) => layer.data.alive !== undefined)?.data.alive;
  return {
    name: data.name,
    title: data.title,
    description: data.description,
    file: builtIn ? null : document.file,
    sources: Object.fromEntries(sources),
    services: [...drafts.values()].map((draft) => finishService(draft, [...sources.keys(), OUTSIDER])),
    unlisted: layers.findLast((layer) => layer.data.unlisted !== undefined)?.data.unlisted ?? 'must-not',
    ...(alive === undefined ? {} : { alive }),
  };
}

function draftService(service: Service): ServiceDraft {
  return { service, endpoints: service.endpoints, from: new Map<string, Access>([[OUTSIDER, 'must-not']]) };
}

function finishService({ service, endpoints, from }: ServiceDraft, sources: readonly string[]): ProfileService {
  const access = sources.map((source) => [source, from.get(source) ?? from.get(OUTSIDER) ?? 'must-not'] as const);
  return { ...service, endpoints, defaultEndpoints: service.endpoints, access: Object.fromEntries(access) };
}

function applyServices(
  layer: ProfileLayer,
  drafts: Map<string, ServiceDraft>,
  sources: ReadonlyMap<string, ProfileSource>,
  report: (path: KeyPath, problem: string) => void,
): void {
  for (const [id, given] of Object.entries(layer.data.services)) {
    const endpoints = layer.endpoints.get(id)?.map((endpoint) => endpoint.id);
    const draft = drafts.get(id) ?? draftOwnService(id, given.title, endpoints);
    if (!draft) {
      const hint = suggest(id, drafts.keys());
      report(['services', id], `unknown service${hint}; a service of your own needs title and endpoints`);
      continue;
    }
    drafts.set(id, draft);
    if (given.title) draft.service = { ...draft.service, title: given.title };
    if (endpoints) draft.endpoints = endpoints;
    for (const [source, access] of Object.entries(given.from ?? {})) {
      if (source === OUTSIDER || sources.has(source)) draft.from.set(source, access);
      else report(['services', id, 'from', source], `unknown source${suggest(source, [OUTSIDER, ...sources.keys()])}`);
    }
  }
}

function draftOwnService(id: string, title?: string, endpoints?: readonly EndpointId[]): ServiceDraft | undefined {
  if (title === undefined || endpoints === undefined) return undefined;
  return draftService({ id, title, kind: 'data', endpoints, programs: [], probed: endpoints.length <= MAX_PROBED });
}

/** Endpoints that more than one service has, reported once for each pair of services, at the latest layer that lists one. */
function findEndpointOverlaps(
  layers: readonly ProfileLayer[],
  drafts: ReadonlyMap<string, ServiceDraft>,
): InputError[] {
  const owners = new Map<EndpointId, string>();
  const errors = new Map<string, InputError>();
  for (const [id, { endpoints }] of drafts) {
    for (const endpoint of endpoints) {
      const other = owners.get(endpoint);
      if (other === undefined) owners.set(endpoint, id);
      else if (!errors.has(`${other} ${id}`)) {
        errors.set(`${other} ${id}`, describeOverlap(layers, endpoint, [other, id]));
      }
    }
  }
  return [...errors.values()];
}

function describeOverlap(layers: readonly ProfileLayer[], endpoint: EndpointId, pair: [string, string]): InputError {
  for (const layer of layers.toReversed()) {
    for (const id of pair.toReversed()) {
      const listed = layer.endpoints.get(id)?.find((placed) => placed.id === endpoint);
      if (!listed) continue;
      const other = pair.find((service) => service !== id)!;
      return problemAt(layer.document, listed.path, `${endpoint} already belongs to service ${quoteInput(other)}`);
    }
  }
  return problemAt(layers.at(-1)!.document, ['services'], `${endpoint} belongs to ${pair.join(' and ')}`);
}

/** Sources that have addresses in common, reported once for each network. */
function findSourceOverlaps(layers: readonly ProfileLayer[]): InputError[] {
  const owner = new Map(layers.flatMap((layer) => Object.keys(layer.data.sources).map((id) => [id, layer] as const)));
  const networks = [...owner].flatMap(([id, { document, data }]) =>
    (data.sources[id]?.cidrs ?? []).flatMap((cidr, index) => {
      const range = parseNetwork(cidr);
      return range ? [{ id, cidr, ...range, document, path: ['sources', id, 'cidrs', index] }] : [];
    }),
  );
  return findOverlaps(networks)
    .filter(([one, two]) => one.id !== two.id)
    .map(([one, { document, path, cidr }]) =>
      problemAt(document, path, `${cidr} overlaps ${one.cidr} of source ${quoteInput(one.id)}`),
    );
}
