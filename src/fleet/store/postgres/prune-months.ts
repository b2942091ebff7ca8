import { type Kysely, type RawBuilder, sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredMonths } from '../connection.js';
import { noteDeleted } from '../coverage.js';
import { summary, verdict } from '../migrations/slot-summaries.js';
import { forgetSilentSweeps, IS_UNUSED } from '../prune.js';
import { notePruned, selectRuns } from '../pruned-links.js';
import { StoreError } from '../store-error.js';
import type { Tables } from '../tables.js';
import { listMonths, type Month } from './months.js';

type Db = Kysely<Tables>;

/** A session that long statements may use, and temporary tables; what is written by it is one transaction. */
export interface PatientSession {
  readonly path: string;
  write<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Sees the store as it is at one moment. Holds up no one. */
  read<T>(work: (db: Db) => Promise<T>): Promise<T>;
}

/**
 * To drop tables, all of their table have to be closed for a moment: no one may be reading. Whoever waits for that keeps
 * those from reading that come later, so it is tried often, and each time for less than the second after which the
 * server ends one of two that wait for each other.
 */
const DROP_WAIT_MS = 100;
const DROP_PAUSE_MS = 400;
const DROP_TRIES = 20;

/**
 * Prunes what is kept by month. What is long is done while others write: which results of a month have to stay, and what
 * the chains have to note of the others. Then, in one transaction, that is noted, what stays is moved to the rest, and
 * the tables of the month are dropped. If anything was written in that month meanwhile, it is worked out again in there.
 */
export class PrunedMonths implements StoredMonths {
  constructor(private readonly withSession: <T>(work: (session: PatientSession) => Promise<T>) => Promise<T>) {}

  prune(before: Date): Promise<{ readonly results: number; readonly changes: number }> {
    return this.withSession(async (session) => {
      await session.write((db) => forgetSilentSweeps(db, before.getTime()));
      const pruned = { results: 0, changes: 0 };
      for (const month of await session.read((db) => listMonths(db, before.getTime()))) {
        const gone = await pruneMonth(session, month);
        pruned.results += gone.results;
        pruned.changes += gone.changes;
      }
      return pruned;
    });
  }

  deleteUnusedReports(): Promise<number> {
    return this.withSession(async (session) => {
      await session.read(async (db) => {
        await sql`create temp table unused_reports as select id from reports where ${IS_UNUSED}`.execute(db);
        await sql`analyze unused_reports`.execute(db);
      });
      // A look may have seen the same again since.
      const { numAffectedRows } = await session.write((db) =>
        sql`delete from reports where id in (select id from unused_reports) and ${IS_UNUSED}`.execute(db),
      );
      return Number(numAffectedRows ?? 0);
    });
  }
}

async function pruneMonth(session: PatientSession, month: Month): Promise<{ results: number; changes: number }> {
  const [results, changes] = [sql.table(`results_${month.name}`), sql.table(`changes_${month.name}`)];
  const writes = await session.write(async (db) => {
    if (!(await isThere(db, month))) return null;
    await sql`
      create or replace trigger month_written after insert or update or delete on ${results}
      for each row execute function note_month_write()
    `.execute(db);
    return countWrites(db);
  });
  if (writes === null) return { results: 0, changes: 0 };
  await session.read((db) => workOut(db, results));
  return session.write(async (db) => {
    // Another process may prune as well.
    if (!(await isThere(db, month))) return { results: 0, changes: 0 };
    if ((await countWrites(db)) !== writes) await workOut(db, results);
    const { rows } = await sql<{ results: number; changes: number }>`
      select (select going from going_count) as results, (select count(*) from ${changes}) as changes
    `.execute(db);
    await notePruned(
      db,
      sql`
        select slots.client_id, going_runs.first, going_runs.last, going_runs.head
        from going_runs join slots on slots.id = going_runs.slot_id
      `,
    );
    await summariseWithout(db, month);
    // A report lists what changed since such a one: not of a time of which changes are gone.
    await sql`delete from handed_reports where until < ${month.until}`.execute(db);
    await noteDeleted(db, new Date(month.until));
    await sql`drop table if exists staying_rows`.execute(db);
    await sql`
      create temp table staying_rows as select * from ${results} where id in (select id from staying)
    `.execute(db);
    await dropTables(session, db, [results, changes]);
    await sql`alter table results_rest disable trigger user`.execute(db);
    await sql`insert into results_rest select * from staying_rows`.execute(db);
    await sql`alter table results_rest enable trigger user`.execute(db);
    return rows[0]!;
  });
}

async function isThere(db: Db, { name }: Month): Promise<boolean> {
  const { rows } = await sql`select 1 where to_regclass(${`results_${name}`}) is not null`.execute(db);
  return rows.length > 0;
}

/** Rises whenever something is written in a month that has the trigger. */
async function countWrites(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select case when is_called then last_value else 0 end as count from month_writes
  `.execute(db);
  return rows[0]!.count;
}

/**
 * Works out which results of a month have to stay, as prune.ts does, and the runs of links of those that go, into
 * temporary tables.
 */
async function workOut(db: Db, results: RawBuilder<unknown>): Promise<void> {
  await sql`drop table if exists staying, going_runs, going_count`.execute(db);
  // The newest final one of a slot is of the time that the slot says, mostly: so one partition is asked, not all. Of the
  // others, all are.
  const newer = (where: RawBuilder<unknown>) => sql`
    select 1 from results as later
    where later.slot_id = newest.slot_id and later.final = 1 and later.id > newest.id and ${where} limit 1
  `;
  await sql`
    create temp table staying as
      select newest.id, newest.slot_id
      from (select slot_id, max(id) as id from ${results} where final = 1 group by slot_id) as newest
        join slots on slots.id = newest.slot_id
        left join lateral (${newer(sql`later.at = slots.checked_at`)}) as proof on true
      where proof is null
  `.execute(db);
  await sql`analyze staying`.execute(db);
  await sql`
    delete from staying where id in (
      select newest.id from staying as newest join lateral (${newer(sql`true`)}) as proof on true
    )
  `.execute(db);
  await sql`
    insert into staying
      select slots.state_result_id, slots.id from slots
        join ${results} as found on found.id = slots.state_result_id and found.slot_id = slots.id
      union all
      select id, slot_id from ${results} where sweep_id in (select sweep_id from work)
  `.execute(db);
  await sql`analyze staying`.execute(db);
  await sql`
    create temp table going_count as select
      (select count(*) from ${results}) - (select count(distinct id) from staying) as going
  `.execute(db);
  await sql`
    create temp table going_runs as select slot_id, start as first, last, head from (${selectRuns(sql`
      select slots.client_id, slots.id as slot_id, link as first, link as last, chain as head
      from ${results} as going join slots on slots.id = going.slot_id
      where link is not null and not exists (select 1 from staying where staying.id = going.id)
    `)}) as runs
  `.execute(db);
}

/** Has slots say what they will when the month is dropped, as the triggers do where results are deleted one by one. */
async function summariseWithout(db: Db, { from, until }: Month): Promise<void> {
  const some = sql`
    from results where slot_id = slots.id and (at < ${from} or at >= ${until} or id in (select id from staying))
  `;
  const isOfMonth = (column: string) => sql`(${sql.ref(column)} >= ${from} and ${sql.ref(column)} < ${until})`;
  await sql`
    update slots set
      looked_at = (select max(at) ${some}),
      (checked_at, problem, profile) = (
        select ${sql.raw(summary.look('results'))} ${some} and final = 1 order by link desc limit 1
      ),
      seen_at = (
        select at ${some} and final = 1 and verdict = ${sql.raw(verdict('state_rank'))} order by link desc limit 1
      )
    where ${isOfMonth('looked_at')} or ${isOfMonth('checked_at')} or ${isOfMonth('seen_at')}
  `.execute(db);
}

async function dropTables(session: PatientSession, db: Db, tables: readonly RawBuilder<unknown>[]): Promise<void> {
  await sql`set local lock_timeout to ${sql.lit(DROP_WAIT_MS)}`.execute(db);
  for (let tries = 1; ; tries++) {
    await sql`savepoint before_drop`.execute(db);
    try {
      await sql`drop table ${sql.join(tables)}`.execute(db);
      return;
    } catch (error) {
      if (!isInUse(error)) throw error;
      if (tries === DROP_TRIES)
        throw new StoreError(
          `${session.path} is being read for long, such as by a dump or a copy, so a month cannot be deleted: prune again ` +
            'when that is over',
          { cause: error, mayPass: true },
        );
    }
    await sql`rollback to savepoint before_drop`.execute(db);
    await sleep(DROP_PAUSE_MS);
  }
}

/** A lock was not to be had, or two waited for each other. */
function isInUse(error: unknown): boolean {
  const { code } = ((error as Error | null)?.cause ?? error ?? {}) as { readonly code?: string };
  return code === '55P03' || code === '40P01';
}
