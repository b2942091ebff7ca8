import { chooseSource } from '../check/run/run-options.js';
import { loadProfile } from '../files/profiles/profile.js';
import { listShipped } from '../files/shipped.js';
import { InputError } from '../files/text/input-error.js';
import type { Profile } from '../model/profile.js';
import { Refusal } from '../server/refusal.js';

/**
 * The profile that a request names, or brings along.
 * @throws Refusal if there is none of that name
 */
export async function readProfile(given: string | Profile): Promise<Profile> {
  if (typeof given !== 'string') return given;
  const names = await listShipped('profile');
  if (names.includes(given)) return loadProfile(given);
  throw new Refusal(400, 'malformed', `there is no profile "${given}"; there are ${names.join(', ')}`);
}

/**
 * Which of the profile's sources the vantage is.
 * @throws Refusal for one that the profile does not have
 */
export function readSource(profile: Profile, wanted: string | undefined): string {
  try {
    return chooseSource(profile, wanted);
  } catch (error) {
    throw error instanceof InputError ? new Refusal(400, 'malformed', error.message.slice(0, 512)) : error;
  }
}
