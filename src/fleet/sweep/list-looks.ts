import { type Clock, SYSTEM_CLOCK } from '../../async/clock.js';
import { mapConcurrently } from '../../async/map-concurrently.js';
import { chooseMovedSearch, type PlanOptions } from '../../check/probes/plan.js';
import { chooseSource, type SharedOptions } from '../../check/run/run-options.js';
import { createTerms, type Job, type Terms } from '../../check/run/run-targets.js';
import { createProfileLoader } from '../../files/profiles/profile.js';
import type { ResolveName } from '../../model/address.js';
import { type Exclusion, NO_EXCLUSION } from '../../files/targets/guard.js';
import { InputError } from '../../files/text/input-error.js';
import type { Store } from '../store/store.js';
import { expandClient } from './expand-client.js';
import { judgeLook, type EarlierLooks } from './judge-look.js';
import { groupByClient, type Waiver } from '../../model/change.js';
import type { EndpointId } from '../../model/endpoint.js';
import { authorizationProblem, type Client } from '../../model/client.js';
import { resolveName } from '../../net/sockets/addresses.js';

/** Clients with overrides of their own have terms of their own: so many are kept. */
const MAX_KEPT = 256;

/** Clients read from the store at once. */
const PAGE = 256;

/** Clients whose names are resolved at once. */
const RESOLVED_AT_ONCE = 16;

/** One look at one slot of a client. */
export interface LookJob extends Job {
  readonly client: Client;
  readonly slot: string;
  /** Slots of the client that are not final yet. */
  readonly open: { left: number };
  /** Its number in the order in which looks began in this process, if it is the first one at a client. */
  readonly begun?: number | undefined;
  /** Null in a first look; else one before a crash may have been the first. */
  readonly earlier: EarlierLooks | null;
}

/** How clients become looks. */
export interface ListLooksOptions extends CommonTerms {
  readonly store: Store;
  readonly exclude?: Exclusion | undefined;
  readonly allowSpecial?: boolean | undefined;
  readonly resolve?: ResolveName | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * The first looks of all clients that are not done yet, in the order of the store, which is random. Clients that need no
 * look, or can have none for a reason, are told to `onLeft`.
 */
export async function* listLooks(
  sweepId: number,
  options: ListLooksOptions,
  signal: AbortSignal,
  onLeft: (client: Client, reason: string | null) => void,
): AsyncGenerator<LookJob> {
  const { store, exclude = NO_EXCLUSION, allowSpecial = false, resolve = resolveName, clock = SYSTEM_CLOCK } = options;
  const findTerms = createTermsCache(options);
  const waivers = groupByClient(await store.listWaivers());
  const leave = async (client: Client, reason: string | null): Promise<LookJob[]> => {
    await store.write(async (tx) => {
      await tx.finishClient(sweepId, client.id);
      if (reason !== null) await tx.noteLeftOut(sweepId, client, { why: 'failed', reason });
    });
    onLeft(client, reason);
    return [];
  };
  const expand = async (client: Client): Promise<LookJob[]> => {
    // It may have ended since the sweep began.
    const problem = authorizationProblem(client, clock.now());
    if (problem !== null) return leave(client, problem);
    const done = await store.listDoneSlots(sweepId, client.id);
    const final = new Set(done.filter((slot) => slot.final).map(({ slot }) => slot));
    const slots = await expandClient(client, { exclude, allowSpecial, resolve });
    if (slots.length === 0) return leave(client, 'all of its addresses are excluded');
    const left = slots.filter(({ slot }) => !final.has(slot));
    if (left.length === 0) return leave(client, null);
    // What stands where the profile has no look go would never be seen again, and seem gone.
    const standing = await store.fleet.listOpenEndpoints(client.id);
    let terms: readonly Terms[];
    try {
      terms = await Promise.all(left.map(({ slot }) => findTerms(client, standing.get(slot) ?? [])));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return leave(client, error.message);
    }
    const open = { left: left.length };
    const { by = '', reference = '' } = client.authorization ?? {};
    const common = {
      client,
      authorization: `${by}, ${reference}`.slice(0, 512),
      waivers: waivers.get(client.id),
      silence: client.silence,
      open,
    };
    const earlier = done.length > final.size ? await findEarlier(store, sweepId, client.id, common.waivers) : null;
    return left.map((slot, index) => ({
      ...{ ...common, ...slot, terms: terms[index]! },
      earlier: earlier?.get(slot.slot) ?? null,
    }));
  };
  for await (const jobs of mapConcurrently(readWork(store, sweepId), RESOLVED_AT_ONCE, signal, expand)) yield* jobs;
}

/** What the first looks of a sweep that was cut off have to be confirmed of, by slot. */
async function findEarlier(
  store: Store,
  sweepId: number,
  clientId: string,
  waivers: readonly Waiver[] = [],
): Promise<Map<string, EarlierLooks>> {
  const looks = new Map<string, EarlierLooks>();
  for (const { slot, report } of await store.readOpenLooks(sweepId, clientId)) {
    const before = await store.write((tx) => tx.getState(clientId, slot));
    const { again } = judgeLook(before, report, null, waivers);
    if (again) looks.set(slot, again);
  }
  return looks;
}

async function* readWork(store: Store, sweepId: number): AsyncGenerator<Client> {
  for (let after = -1; ;) {
    const page = await store.nextWork(sweepId, after, PAGE);
    for (const { client } of page) yield client;
    const last = page.at(-1);
    if (!last) return;
    after = last.position;
  }
}

/** What all terms of a sweep have in common. */
export interface CommonTerms extends Pick<SharedOptions, 'failOn'>, Pick<PlanOptions, 'canaries'> {
  /** Look for moved administration on all likely other ports, or on none; on the likeliest if not given. */
  readonly findMoved?: boolean | undefined;
}

/**
 * Finds the terms of clients; those with the same profile, overrides and source share them, unless something stands where
 * no look of theirs would go: then it does.
 */
function createTermsCache(common: CommonTerms): (client: Client, standing: readonly EndpointId[]) => Promise<Terms> {
  const kept = new Map<string, Promise<Terms>>();
  const loadProfile = createProfileLoader();
  const find = (client: Client, also: readonly EndpointId[]): Promise<Terms> => {
    const { profile, services, sources, source, alive } = client;
    const key = JSON.stringify([profile, services, sources, source, alive, also]);
    let terms = kept.get(key);
    if (!terms) {
      if (kept.size >= MAX_KEPT) kept.clear();
      terms = findTerms(client, common, { also, loadProfile });
      kept.set(key, terms);
    }
    return terms;
  };
  return async (client, standing) => {
    const terms = await find(client, []);
    const also = standing.filter((endpoint) => !terms.listed.has(endpoint));
    return also.length === 0 ? terms : find(client, also.sort());
  };
}

async function findTerms(
  client: Client,
  { failOn = 'low', findMoved, canaries }: CommonTerms,
  {
    also,
    loadProfile,
  }: { readonly also: readonly EndpointId[]; readonly loadProfile: ReturnType<typeof createProfileLoader> },
): Promise<Terms> {
  const profile = await loadProfile(client);
  const plan: PlanOptions = {
    profile,
    also,
    findMoved: chooseMovedSearch(findMoved, { single: false }),
    canaries: canaries ?? true,
  };
  return createTerms({ profile, plan, source: chooseSource(profile, client.source), authorization: null, failOn });
}
