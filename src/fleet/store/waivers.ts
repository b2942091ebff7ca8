import type { Kysely } from 'kysely';
import type { Waiver } from '../../model/change.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** Stores a waiver; the client need not be known yet. */
export async function addWaiver(db: Db, waiver: Omit<Waiver, 'id'>): Promise<Waiver> {
  const { clientId, grantedAt, rule, endpoint, by, reason, until, severity, identity } = waiver;
  const { id } = await db
    .insertInto('waivers')
    .values({
      ...{ client_id: clientId, rule, endpoint, by, reason, until, severity, identity },
      granted_at: Date.parse(grantedAt),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id, ...waiver };
}

/** Lists the waivers of a client, or of all, in the order of their granting; expired ones too. */
export async function listWaivers(db: Db, clientId?: string): Promise<Waiver[]> {
  const rows = await db
    .selectFrom('waivers')
    .$if(clientId !== undefined, (query) => query.where('client_id', '=', clientId!))
    .orderBy('id')
    .selectAll()
    .execute();
  return rows.map(({ client_id, granted_at, ...rest }) => ({
    ...rest,
    clientId: client_id,
    grantedAt: new Date(granted_at).toISOString(),
  }));
}

/** Takes a waiver back; false if there is none of that id. */
export async function revokeWaiver(db: Db, id: number): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('waivers').where('id', '=', id).executeTakeFirst();
  return numDeletedRows > 0n;
}
