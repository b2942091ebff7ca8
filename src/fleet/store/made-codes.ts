import type { MadeCode, MadeCodeState } from '../../model/invite.js';
import type { ReportData } from '../../model/report.js';
import type { StoreConnection } from './connection.js';
import type { Tables } from './tables.js';

/** What a code came to. */
export interface CodeOutcome {
  readonly state: MadeCodeState;
  /** What the check saw; null if there is nothing. */
  readonly report: ReportData | null;
}

/** States after which nothing more comes. */
const SETTLED: readonly MadeCodeState[] = ['expired', 'reported'];

/** Codes for a check from the site, which were made on pages of clients. */
export class MadeCodes {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  /** Stores that a code was made; the client need not be known. */
  add({ invite, clientId, by, state, createdAt, expiresAt }: MadeCode): Promise<void> {
    const row = { invite, client_id: clientId, by, state, asked_at: null };
    return this.#connection.transact(async (db) => {
      await db
        .insertInto('made_codes')
        .values({ ...row, created_at: Date.parse(createdAt), expires_at: Date.parse(expiresAt) })
        .execute();
    });
  }

  /** The newest codes of a client, newest first. */
  async list(clientId: string, limit: number): Promise<MadeCode[]> {
    const rows = await this.#connection.tables
      .selectFrom('made_codes')
      .where('client_id', '=', clientId)
      .orderBy('created_at', 'desc')
      .orderBy('invite')
      .limit(limit)
      .selectAll()
      .execute();
    return rows.map(toMadeCode);
  }

  /**
   * Codes of which more may be heard, and that expired after a time, whatever their state or in one; those that were asked
   * for longest ago first.
   */
  async listPending(after: Readonly<Record<'any' | 'used' | 'open', Date>>, limit: number): Promise<MadeCode[]> {
    const rows = await this.#connection.tables
      .selectFrom('made_codes')
      .where('state', 'not in', SETTLED)
      .where((query) =>
        query.or([
          query('expires_at', '>', after.any.getTime()),
          ...(['used', 'open'] as const).map((state) =>
            query.and([query('state', '=', state), query('expires_at', '>', after[state].getTime())]),
          ),
        ]),
      )
      .orderBy('asked_at', (order) => order.asc().nullsFirst())
      .orderBy('invite')
      .limit(limit)
      .selectAll()
      .execute();
    return rows.map(toMadeCode);
  }

  /** Notes what became of a code at a time. */
  settle({ invite }: MadeCode, state: MadeCodeState, at: Date): Promise<void> {
    return this.#connection.transact(async (db) => {
      await db.updateTable('made_codes').set({ state, asked_at: at.getTime() }).where('invite', '=', invite).execute();
    });
  }
}

function toMadeCode(row: Tables['made_codes']): MadeCode {
  const { invite, client_id, by, state, created_at, expires_at } = row;
  return {
    ...{ invite, clientId: client_id, by, state },
    createdAt: new Date(created_at).toISOString(),
    expiresAt: new Date(expires_at).toISOString(),
  };
}
