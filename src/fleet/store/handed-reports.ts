import type { Kysely } from 'kysely';
import type { HandedReport } from '../../model/client.js';
import type { StoreConnection } from './connection.js';
import type { Tables } from './tables.js';

/** The reports of clients that were handed over. */
export class HandedReports {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  /** Notes that a report was handed over; the client need not be known. */
  add(report: HandedReport): Promise<void> {
    return this.#connection.transact((db) => addHandedReport(db, report));
  }

  /** The newest report of a client that ends at a time or before it; null if there is none. */
  async findLast(clientId: string, until: Date): Promise<HandedReport | null> {
    const row = await this.#connection.tables
      .selectFrom('handed_reports')
      .where('client_id', '=', clientId)
      .where('until', '<=', until.getTime())
      .orderBy('until', 'desc')
      .orderBy('at')
      .limit(1)
      .selectAll()
      .executeTakeFirst();
    return row ? { clientId, until: toText(row.until), how: row.how, at: toText(row.at) } : null;
  }
}

/** Notes that a report was handed over; the same one in the same way once. */
export async function addHandedReport(db: Kysely<Tables>, { clientId, until, how, at }: HandedReport): Promise<void> {
  await db
    .insertInto('handed_reports')
    .values({ client_id: clientId, until: Date.parse(until), how, at: Date.parse(at) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function toText(ms: number): string {
  return new Date(ms).toISOString();
}
