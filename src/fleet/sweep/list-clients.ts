import { judgeListed, judgeUnswept } from '../changes/not-checked.js';
import { sayState } from '../changes/say-change.js';
import { formatDay } from '../../files/text/day.js';
import { lapseState } from '../changes/lapsed.js';
import { groupByClient } from '../../model/change.js';
import type { PlaceStatus, RosterLimits, Store, Unswept } from '../store/store.js';
import type { SaidSlotState } from '../../model/change.js';
import type { ClientStanding } from '../../model/standing.js';

/** How clients are listed. */
export interface ListOptions {
  readonly now: Date;
  /** What was last looked at before this was not for long. */
  readonly staleBefore: Date;
  /** The worst last. */
  readonly isReversed: boolean;
}

/** Clients without a look that are given out at once. */
const PAGE = 500;

/** How nothing is known of an address. */
const UNKNOWN: SaidSlotState = { address: null, verdict: 'inconclusive', issues: {}, identities: {} };

/**
 * All clients of a store and of the inventories that it knows, a page at a time: the worst first, then what is not known,
 * what is compliant and not checked now, and what is well.
 */
export async function* listClients(store: Store, options: ListOptions): AsyncGenerator<ClientStanding[]> {
  const { limits, unswept } = await store.readRoster();
  const waivers = groupByClient(await store.listWaivers());
  const today = formatDay(options.now);
  const lapse = ({ state, ...status }: PlaceStatus): PlaceStatus => ({
    ...status,
    state: state && lapseState(state, waivers.get(status.client.id) ?? [], today),
  });
  const { bad, doubtful, well } = await store.listPlaces(options.staleBefore);
  const readAll = async function* (ids: readonly number[]): AsyncGenerator<ClientStanding[]> {
    for await (const page of store.readPlaces(turn(ids, options)))
      yield page.map((status) => describePlace(lapse(status), limits, options));
  };
  const parts = [
    () => readAll(bad),
    () => pageUnswept(turn(unswept, options), options.now),
    () => readAll(doubtful),
    () => readAll(well),
  ];
  for (const part of turn(parts, options)) yield* part();
}

const turn = <T>(list: readonly T[], { isReversed }: ListOptions): readonly T[] =>
  isReversed ? list.toReversed() : list;

function describePlace(
  { client, slot, state, at, seenAt, lookedAt, problem }: PlaceStatus,
  { limited, gone }: RosterLimits,
  options: ListOptions,
): ClientStanding {
  const standing = gone.has(client.id) ? 'gone' : (limited.get(client.id) ?? null);
  // That all is well is known from a check that said so: later ones that prove nothing do not keep it new.
  const countedAt = state?.verdict === 'compliant' && seenAt !== null ? Date.parse(seenAt) : lookedAt;
  const notChecked = judgeListed({ isKnown: state !== null, problem, lookedAt, countedAt, standing }, options);
  return {
    client,
    slot,
    state: state ? sayState(state) : UNKNOWN,
    at: state ? at : new Date(lookedAt).toISOString(),
    seenAt: state ? seenAt : null,
    problem: notChecked && notChecked.reason,
    why: notChecked && notChecked.why,
  };
}

function* pageUnswept(unswept: readonly Unswept[], now: Date): Generator<ClientStanding[]> {
  for (let first = 0; first < unswept.length; first += PAGE) {
    yield unswept.slice(first, first + PAGE).map((one) => {
      const { why, reason } = judgeUnswept(one, now);
      return { client: one.client, slot: one.addresses, state: UNKNOWN, at: null, seenAt: null, problem: reason, why };
    });
  }
}
