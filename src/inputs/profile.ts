import type { Profile } from '../model/profile.js';
import { InputError } from './input-error.js';
import { listProfileNames, readProfileChain } from './profile-chain.js';
import { applyServiceOverrides, type ServiceOverrides } from './profile-overrides.js';
import { resolveProfile } from './resolve-profile.js';

/** The profile that holds where none is given. */
export const DEFAULT_PROFILE = 'closed';

/**
 * Loads a shipped profile by name, or one from a file, with all that it extends.
 * @param options.services services that this site has on other ports
 * @throws InputError with a line, as `file:line:column: problem`, for each problem
 */
export async function loadProfile(
  nameOrFile: string,
  { services = {} }: { readonly services?: ServiceOverrides | undefined } = {},
): Promise<Profile> {
  return applyServiceOverrides(resolveProfile(await readProfileChain(nameOrFile)), services);
}

/** The shipped profiles, in the order of their names. */
export async function listProfiles(): Promise<{ name: string; title: string }[]> {
  const profiles = await Promise.all((await listProfileNames()).map((name) => loadProfile(name)));
  return profiles.map(({ name, title }) => ({ name, title }));
}

/** The problems of a profile as lines for people; none where it is valid. */
export async function validateProfile(nameOrFile: string): Promise<string[]> {
  try {
    await loadProfile(nameOrFile);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n');
    throw error;
  }
}
