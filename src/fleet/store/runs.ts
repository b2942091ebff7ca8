import type { Kysely } from 'kysely';
import { lastRun, noteRun } from './sweeps.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** A time of a schedule, and whose turn it is to run it. */
export interface ScheduledRun {
  /** What the last run of the schedule is remembered by. */
  readonly key: string;
  readonly due: Date;
  /** The token by which the schedules were claimed. */
  readonly turn: string;
}

/** Notes a run where none is noted; returns the one that is. */
export async function noteFirstRun(db: Db, key: string, at: Date): Promise<Date> {
  await db
    .insertInto('runs')
    .values({ key, at: at.getTime() })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return (await lastRun(db, key))!;
}

/**
 * Notes that a run begins; false if it has begun before, or if it is another one's turn by now: who was stopped for a
 * while, and goes on, does not know that.
 */
export async function takeRun(db: Db, { key, due, turn }: ScheduledRun, at: Date): Promise<boolean> {
  const known = await lastRun(db, key);
  if ((known !== null && known >= due) || !(await isTurn(db, turn))) return false;
  await noteRun(db, key, at);
  return true;
}

/** Whether the schedules that were claimed by a token were claimed by no one else since. */
export async function isTurn(db: Db, turn: string): Promise<boolean> {
  const row = await db.selectFrom('schedulers').where('token', '=', turn).select('token').executeTakeFirst();
  return row !== undefined;
}
