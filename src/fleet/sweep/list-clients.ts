import { judgeListed, judgeUnswept } from '../changes/not-checked.js';
import { sayState } from '../changes/say-change.js';
import { formatDay } from '../../files/text/day.js';
import { lapseState } from '../changes/lapsed.js';
import type { Store } from '../store/store.js';
import type { PlaceStatus } from '../store/places.js';
import type { RosterReading, Unswept } from '../store/roster.js';
import { groupByClient, type SaidSlotState, type SlotState } from '../../model/change.js';
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
  const { limited, unswept } = await store.readRoster();
  const lapse = await createLapse(store, options.now);
  const { bad, doubtful, well } = await store.fleet.listPlaces(options, lapse);
  const readAll = async function* (ids: readonly number[]): AsyncGenerator<ClientStanding[]> {
    for await (const page of store.readPlaces(turn(ids, options)))
      yield page.map((status) =>
        describePlace({ ...status, state: status.state && lapse(status.state, status.client.id) }, limited, options),
      );
  };
  const parts = [
    () => readAll(bad),
    () => pageUnswept(turn(unswept, options), options.now),
    () => readAll(doubtful),
    () => readAll(well),
  ];
  for (const part of turn(parts, options)) yield* part();
}

/** Creates what counts, in the state of a client, that was accepted and is no more. */
export async function createLapse(store: Store, now: Date): Promise<(state: SlotState, clientId: string) => SlotState> {
  const waivers = groupByClient(await store.listWaivers());
  const today = formatDay(now);
  return (state, clientId) => lapseState(state, waivers.get(clientId) ?? [], today);
}

const turn = <T>(list: readonly T[], { isReversed }: ListOptions): readonly T[] =>
  isReversed ? list.toReversed() : list;

/** How a listed slot stands. */
export function describePlace(
  { client, slot, state, at, seenAt, lookedAt, problem, absence }: PlaceStatus,
  limited: RosterReading['limited'],
  options: Pick<ListOptions, 'now' | 'staleBefore'>,
): ClientStanding {
  const standing = absence ?? limited.get(client.id) ?? null;
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
    yield unswept.slice(first, first + PAGE).map((one) => describeUnswept(one, now));
  }
}

/** How addresses of which nothing is listed stand. */
export function describeUnswept(unswept: Unswept, now: Date): ClientStanding {
  const { client, addresses: slot } = unswept;
  const { why, reason } = judgeUnswept(unswept, now);
  return { client, slot, state: UNKNOWN, at: null, seenAt: null, problem: reason, why };
}
