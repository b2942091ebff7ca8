import { applyServiceOverrides } from './profile-overrides.js';
import { loadProfile } from './profile.js';
import { InputError, throwErrors } from '../text/input-error.js';
import { findOverlaps, parseNetwork } from '../../model/address-ranges.js';
import type { Client } from '../../model/client.js';
import { OUTSIDER, type Profile } from '../../model/profile.js';
import { quoteInput, suggest } from '../../words/input.js';

/** What of a client decides on its profile. */
export type ProfileChoice = Pick<Client, 'profile' | 'services' | 'sources'>;

/** So many different choices are remembered. */
const MAX_KNOWN = 1024;

/**
 * Loads the profile of a client: with its moved services, and its sources' networks.
 * @throws InputError where the profile is invalid or the client's own figures don't fit it
 */
export async function loadClientProfile(client: ProfileChoice): Promise<Profile> {
  return adaptProfile(await loadProfile(client.profile), client);
}

/**
 * Makes a {@link loadClientProfile} for many clients: every file is read once, and clients with the same choice get the
 * same profile.
 */
export function createProfileLoader(): (client: ProfileChoice) => Promise<Profile> {
  const bases = new Map<string, Promise<Profile>>();
  const known = new Map<string, Profile>();
  return async (client) => {
    const key = JSON.stringify([client.profile, client.services, client.sources]);
    const before = known.get(key);
    if (before) return before;
    const base = bases.get(client.profile) ?? loadProfile(client.profile);
    bases.set(client.profile, base);
    const profile = adaptProfile(await base, client);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, profile);
    return profile;
  };
}

function adaptProfile(base: Profile, { services, sources }: ProfileChoice): Profile {
  return applySourceOverrides(applyServiceOverrides(base, services), sources);
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
      if (!parseNetwork(cidr)) problems.push({ id, problem: describeBadNetwork(cidr) });
    }
  }
  return problems.length > 0 ? problems : findSharedNetworks(profile, overrides);
}

/** Says what a network should look like. */
export function describeBadNetwork(text: string): string {
  return `bad network ${quoteInput(text)}: expected a form such as 192.0.2.0/24`;
}

function describeUnknown(profile: Profile, id: string): string {
  if (id === OUTSIDER) return `source ${quoteInput(OUTSIDER)} is built in: everybody who belongs to no other source`;
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
