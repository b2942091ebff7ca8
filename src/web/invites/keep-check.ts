import { createProfileLoader } from '../../files/profiles/profile.js';
import { InputError } from '../../files/text/input-error.js';
import type { Store } from '../../fleet/store/store.js';
import { takeSiteCheck } from '../../fleet/sweep/take-site-check.js';
import type { Profile } from '../../model/profile.js';
import type { Severity } from '../../model/severity.js';
import type { DealerFiles } from '../dealer-files.js';
import type { KeepCheck } from './invite-desk.js';

/** Keeps checks from sites in a store, judged by what the inventory says was agreed with each client. */
export function createCheckKeeper(
  store: Store,
  files: Pick<DealerFiles, 'read'>,
  { failOn = 'low' }: { readonly failOn?: Severity | undefined },
): KeepCheck {
  return async (check, now) =>
    takeSiteCheck(store, check, { profile: await readAgreed(files, check.client), failOn, now });
}

/** The profile of a client; null if the inventory does not have it, or its profile is not valid. */
async function readAgreed(files: Pick<DealerFiles, 'read'>, clientId: string): Promise<Profile | null> {
  try {
    const { inventory } = await files.read();
    const entry = inventory.clients.find(({ id }) => id === clientId);
    return entry ? await createProfileLoader()(entry) : null;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
