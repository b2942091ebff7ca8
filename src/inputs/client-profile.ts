import type { Client } from '../model/client.js';
import type { Profile } from '../model/profile.js';
import { loadProfile } from './profile.js';
import { applyServiceOverrides } from './profile-overrides.js';
import { applySourceOverrides } from './source-overrides.js';

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
