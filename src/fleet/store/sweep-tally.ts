import type { Kysely } from 'kysely';
import type { Client } from '../../model/client.js';
import { type Verdict, VERDICTS } from '../../model/report.js';
import { RANK_OF } from './states.js';
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

/** What an unfinished sweep has come to so far. */
export interface SweepTally {
  /** Final results. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Results that are compliant, of slots with an exposure that stands and is out of sight. */
  readonly unseen: number;
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

/** What a sweep came to so far. */
export interface SweepCounts {
  /** Final results. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
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
  return { verdicts: await countVerdicts(db, sweepId), clientsWithResults: clients, changes: count };
}

async function countVerdicts(db: Db, sweepId: number): Promise<SweepCounts['verdicts']> {
  const results = await db
    .selectFrom('results')
    .where('sweep_id', '=', sweepId)
    .where('final', '=', 1)
    .groupBy('verdict')
    .select(({ fn }) => ['verdict' as const, fn.countAll<number>().as('count')])
    .execute();
  const counts = new Map(results.map(({ verdict, count }) => [verdict, count]));
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, counts.get(verdict) ?? 0])) as SweepCounts['verdicts'];
}

/** What an unfinished sweep has come to so far. */
export async function tallySweep(db: Db, sweepId: number): Promise<SweepTally> {
  const verdicts = await countVerdicts(db, sweepId);
  const { count: unseen } = await db
    .selectFrom('results')
    .innerJoin('slots', 'slots.id', 'results.slot_id')
    .where('sweep_id', '=', sweepId)
    .where('final', '=', 1)
    .where('verdict', '=', 'compliant')
    .where('slots.state_rank', '<', RANK_OF.inconclusive)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
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
    verdicts,
    unseen,
    held,
    skipped: await list('unauthorised'),
    skippedCount: await count('unauthorised'),
    pausedCount: await count('paused'),
    failed: await list('failed'),
  };
}
