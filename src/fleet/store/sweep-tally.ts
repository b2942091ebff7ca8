import { type Kysely, sql } from 'kysely';
import type { Client } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

const MAX_SKIPPED_LISTED = 1_000;

/** Why a sweep does not look at a client. */
export interface LeavingOut {
  readonly why: Tables['left_out']['why'];
  /** For people. */
  readonly reason: string;
}

/** A client that is not probed. */
export interface Skipped {
  readonly client: Pick<Client, 'id' | 'name'>;
  readonly reason: string;
}

/** The final results of a sweep. */
export interface ResultCounts {
  /** By verdict. What stands and is out of sight forbids "compliant". */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Those without a violation, of addresses where an exposure stands that they did not see. */
  readonly unseen: number;
}

/** What an unfinished sweep has come to so far. */
export interface SweepTally {
  readonly results: ResultCounts;
  /** Results that do not count, since many clients fell silent at once. */
  readonly held: number;
  /** Clients without a valid authorisation; the first thousand of them. */
  readonly skipped: readonly Skipped[];
  readonly skippedCount: number;
  readonly pausedCount: number;
  /** Clients that could not be looked at, such as for a profile that is gone; the first thousand of them. */
  readonly failed: readonly Skipped[];
}

/** Notes that a sweep does not look at a client. */
export async function noteLeftOut(
  db: Db,
  sweepId: number,
  { id, name }: Skipped['client'],
  leaving: LeavingOut,
): Promise<void> {
  await db
    .insertInto('left_out')
    .values({ sweep_id: sweepId, client_id: id, name, ...leaving })
    .execute();
}

/** Notes that a result does not count, since many clients fell silent at once. */
export async function noteHeld(db: Db, sweepId: number): Promise<void> {
  await db
    .updateTable('sweeps')
    .set(({ eb }) => ({ held: eb('held', '+', 1) }))
    .where('id', '=', sweepId)
    .execute();
}

/** Notes how many exposures stand that a result does not show. */
export async function noteUnseen(db: Db, resultId: number, unseen: number): Promise<void> {
  await db.updateTable('results').set({ unseen }).where('id', '=', resultId).execute();
}

/** What a sweep came to so far. */
export interface SweepCounts extends ResultCounts {
  /** Clients with a final result: fewer than were to be checked where some could not be, or results were deleted. */
  readonly clientsWithResults: number;
  readonly changes: number;
}

/** What a sweep came to so far: its final results by verdict, and the changes that it brought. */
export async function countSweep(db: Db, sweepId: number): Promise<SweepCounts> {
  const { count } = await db
    .selectFrom('changes')
    .where('sweep_id', '=', sweepId)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const { clients } = await db
    .selectFrom('results')
    .innerJoin('slots', 'slots.id', 'results.slot_id')
    .where('sweep_id', '=', sweepId)
    .where('final', '=', 1)
    .select(({ fn }) => fn.count<number>('slots.client_id').distinct().as('clients'))
    .executeTakeFirstOrThrow();
  return { ...(await countResults(db, sweepId)), clientsWithResults: clients, changes: count };
}

async function countResults(db: Db, sweepId: number): Promise<ResultCounts> {
  const { rows } = await sql<{ verdict: Verdict; hides: number; count: number }>`
    select verdict, unseen > 0 as hides, count(*) as count from results
    where sweep_id = ${sweepId} and final = 1 group by verdict, hides
  `.execute(db);
  const verdicts: Record<Verdict, number> = { compliant: 0, violation: 0, inconclusive: 0 };
  let unseen = 0;
  for (const { verdict, hides, count } of rows) {
    verdicts[hides === 1 && verdict === 'compliant' ? 'inconclusive' : verdict] += count;
    if (hides === 1 && verdict !== 'violation') unseen += count;
  }
  return { verdicts, unseen };
}

/** What an unfinished sweep has come to so far. */
export async function tallySweep(db: Db, sweepId: number): Promise<SweepTally> {
  const { held } = await db.selectFrom('sweeps').where('id', '=', sweepId).select('held').executeTakeFirstOrThrow();
  const leftOut = db.selectFrom('left_out').where('sweep_id', '=', sweepId);
  const count = async (why: LeavingOut['why']) => {
    const row = await leftOut
      .where('why', '=', why)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return row.count;
  };
  const list = async (why: LeavingOut['why']) => {
    const rows = await leftOut.where('why', '=', why).limit(MAX_SKIPPED_LISTED).selectAll().execute();
    return rows.map(({ client_id: id, name, reason }) => ({ client: { id, name }, reason }));
  };
  return {
    results: await countResults(db, sweepId),
    held,
    skipped: await list('unauthorised'),
    skippedCount: await count('unauthorised'),
    pausedCount: await count('paused'),
    failed: await list('failed'),
  };
}
