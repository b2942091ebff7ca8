import type { Kysely } from 'kysely';
import type { StoredAnswer } from '../../model/checklist.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** Stores answers beside those that were given before; the client need not be known. */
export async function addAnswers(db: Db, answers: readonly StoredAnswer[]): Promise<void> {
  for (const { clientId, checklist, item, answer, by, role, note, at, expiresAt } of answers) {
    const row = { client_id: clientId, checklist, item, answer, by, role, note };
    await db
      .insertInto('answers')
      .values({ ...row, at: Date.parse(at), expires_at: Date.parse(expiresAt) })
      .execute();
  }
}

/** All answers of a client to a checklist, in the order in which they were given. */
export async function listAnswers(db: Db, clientId: string, checklist: string): Promise<StoredAnswer[]> {
  const rows = await db
    .selectFrom('answers')
    .where('client_id', '=', clientId)
    .where('checklist', '=', checklist)
    .orderBy('id')
    .selectAll()
    .execute();
  return rows.map(({ id: _id, client_id, at, expires_at, ...rest }) => ({
    ...rest,
    clientId: client_id,
    at: new Date(at).toISOString(),
    expiresAt: new Date(expires_at).toISOString(),
  }));
}
