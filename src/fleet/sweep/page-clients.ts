import type { FleetCounts } from '../store/fleet-counts.js';
import type { FleetFilter, FleetPage, FleetTime, FleetWanted } from '../store/fleet-page.js';
import type { Store } from '../store/store.js';
import type { PlaceStatus } from '../store/places.js';
import type { ClientStanding } from '../../model/standing.js';
import { createLapse, describePlace, describeUnswept } from './list-clients.js';

/** A page of all clients. */
export interface ClientsPage extends Pick<FleetPage, 'total' | 'counts'> {
  readonly clients: readonly ClientStanding[];
  /** The offset of the next page; null if this is the last. */
  readonly next: number | null;
}

/** More rows are not read at once. */
export const MOST_ON_PAGE = 500;

/**
 * A page of what `listClients` lists, in the same order if the worst come first, with a number of queries that depends
 * on nothing. What is deleted or checked meanwhile may be missing.
 */
export async function pageClients(store: Store, wanted: FleetWanted): Promise<ClientsPage> {
  const limit = Math.min(wanted.limit, MOST_ON_PAGE);
  const lapse = await createLapse(store, wanted.now);
  const { total, counts, rows } = await store.fleet.readPage({ ...wanted, limit }, lapse);
  const places = new Map<number, PlaceStatus>();
  const ids = rows.flatMap((row) => ('slotId' in row ? [row.slotId] : []));
  for await (const page of store.readPlaces(ids)) for (const place of page) places.set(place.id, place);
  const names = [...places.values()].map(({ client }) => client.id);
  const missing = rows.flatMap((row) => ('unswept' in row ? [row.unswept] : []));
  const { limited, unswept } = await store.readRoster([...names, ...missing]);
  const unsweptOf = new Map(unswept.map((one) => [one.client.id, one]));
  const clients = rows.flatMap((row): ClientStanding[] => {
    if ('slotId' in row) {
      const place = places.get(row.slotId);
      if (!place) return [];
      const state = place.state && lapse(place.state, place.client.id);
      return [describePlace({ ...place, state }, limited, wanted)];
    }
    const one = unsweptOf.get(row.unswept);
    return one ? [describeUnswept(one, wanted.now)] : [];
  });
  const next = wanted.offset + rows.length;
  return { total, counts, clients, next: next < total ? next : null };
}

/** How some addresses stand, all of them, the worst first: those of a client, or whatever has an address. */
export async function readStandings(
  store: Store,
  which: Pick<FleetFilter, 'ids' | 'address'>,
  when: FleetTime,
): Promise<ClientStanding[]> {
  const standings: ClientStanding[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const page: ClientsPage = await pageClients(store, {
      ...which,
      ...when,
      sort: 'worst',
      offset,
      limit: MOST_ON_PAGE,
    });
    standings.push(...page.clients);
    offset = page.next;
  }
  return standings;
}

/** Counts all clients as lists do, by group. */
export async function countFleet(store: Store, when: FleetTime): Promise<FleetCounts> {
  return store.fleet.countByGroup(when, await createLapse(store, when.now));
}
