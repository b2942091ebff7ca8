import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

/** When a schedule ran last; null where it never did. */
export async function lastRun(db: Kysely<Tables>, key: string): Promise<Date | null> {
  const row = await db.selectFrom('runs').where('key', '=', key).select('at').executeTakeFirst();
  return row ? new Date(row.at) : null;
}

export async function noteRun(db: Kysely<Tables>, key: string, at: Date): Promise<void> {
  await db
    .insertInto('runs')
    .values({ key, at: at.getTime() })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ at: at.getTime() }))
    .execute();
}
