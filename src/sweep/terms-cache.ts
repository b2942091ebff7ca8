import { createProfileLoader } from '../inputs/client-profile.js';
import type { Client } from '../model/client.js';
import type { PlanOptions } from '../probes/plan.js';
import { chooseSource, type SharedOptions } from '../run-options.js';
import { createTerms, type Terms } from '../run-targets.js';

/** Clients with overrides of their own have terms of their own: so many are kept. */
const MAX_KEPT = 256;

/** What all terms of a sweep have in common. */
export interface CommonTerms extends Pick<SharedOptions, 'failOn'>, Pick<PlanOptions, 'findMoved' | 'canaries'> {}

/** Finds the terms of clients; those with the same profile, overrides and source share them. */
export function createTermsCache(common: CommonTerms): (client: Client) => Promise<Terms> {
  const kept = new Map<string, Promise<Terms>>();
  const loadProfile = createProfileLoader();
  return (client) => {
    const { profile, services, sources, source } = client;
    const key = JSON.stringify([profile, services, sources, source]);
    let terms = kept.get(key);
    if (!terms) {
      if (kept.size >= MAX_KEPT) kept.clear();
      terms = findTerms(client, common, loadProfile);
      kept.set(key, terms);
    }
    return terms;
  };
}

async function findTerms(
  client: Client,
  { failOn = 'low', findMoved, canaries }: CommonTerms,
  loadProfile: ReturnType<typeof createProfileLoader>,
): Promise<Terms> {
  const profile = await loadProfile(client);
  const plan: PlanOptions = { profile, findMoved: findMoved ?? false, canaries: canaries ?? true };
  return createTerms({ profile, plan, source: chooseSource(profile, client.source), authorization: null, failOn });
}
