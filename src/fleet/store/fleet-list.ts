import type { EndpointId } from '../../model/endpoint.js';
import { listOpenEndpoints } from './states.js';
import type { StoreConnection } from './connection.js';
import { countFleet, type FleetCounts } from './fleet-counts.js';
import { type FleetPage, type FleetTime, type FleetWanted, readFleetPage } from './fleet-page.js';
import { type Lapse, readLapsed } from './lapsed-slots.js';
import { listPlaces, measureClients, type Places } from './places.js';

/** The list of all clients: what is on it, in which order, and how it counts. */
export class FleetList {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  /** Which rows are on a page, and how many there are. */
  readPage(wanted: FleetWanted, lapse: Lapse): Promise<FleetPage> {
    return readFleetPage(this.#connection.tables, wanted, lapse);
  }

  /** Counts all rows by group. */
  countByGroup(when: FleetTime, lapse: Lapse): Promise<FleetCounts> {
    return countFleet(this.#connection.tables, when, lapse);
  }

  /** All listed slots, the worst first: what the store's `readPlaces` reads. What was last looked at before is doubtful. */
  async listPlaces({ staleBefore }: Pick<FleetTime, 'staleBefore'>, lapse: Lapse): Promise<Places> {
    const db = this.#connection.tables;
    return listPlaces(db, { staleBefore, lapsed: await readLapsed(db, lapse) });
  }

  /** Characters of the longest id and address of all clients. */
  measure(): Promise<{ readonly id: number; readonly address: number }> {
    return measureClients(this.#connection.tables);
  }

  /** How many clients of inventories are noted. */
  async countRoster(): Promise<number> {
    const rows = this.#connection.tables.selectFrom('roster').select(({ fn }) => fn.countAll<number>().as('count'));
    return Number((await rows.executeTakeFirstOrThrow()).count);
  }

  /** Names of the profiles that the newest looks were judged by. */
  async listProfiles(): Promise<string[]> {
    const rows = await this.#connection.tables
      .selectFrom('slots')
      .where('profile', 'is not', null)
      .select('profile')
      .distinct()
      .orderBy('profile')
      .execute();
    return rows.flatMap(({ profile }) => profile ?? []);
  }

  /** The endpoints where something stands at a client that no one accepted, by slot. */
  listOpenEndpoints(clientId: string): Promise<Map<string, EndpointId[]>> {
    return listOpenEndpoints(this.#connection.tables, clientId);
  }
}
