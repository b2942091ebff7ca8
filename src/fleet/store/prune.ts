import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { StoreConnection, StoredMonths } from './connection.js';
import { noteDeleted } from './coverage.js';
import { notePruned } from './pruned-links.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** What may go: both are limits of their own, and null is none. */
export interface PrunePolicy {
  /** What is older than that. */
  readonly olderThan: Date | null;
  /** What is older than so many of the newest final results of its slot, or site reports or checks from the site of its
   * client. At least 1. */
  readonly keepPerSlot: number | null;
}

/** How much went. */
export interface PruneResult {
  readonly results: number;
  readonly reports: number;
  readonly changes: number;
  readonly messages: number;
  readonly sweeps: number;
  readonly siteReports: number;
  readonly invitedChecks: number;
}

/** In the order in which it is told. */
const NOTHING: PruneResult = {
  results: 0,
  reports: 0,
  changes: 0,
  messages: 0,
  sweeps: 0,
  siteReports: 0,
  invitedChecks: 0,
};

/**
 * Deletes what is too old. What stays in any case: the newest final result of each slot, what its state is known
 * from, the results of sweeps that have work left, the newest site report of each client and kind, the newest
 * check from the site of each client, answers, waivers, and
 * messages that are still to be sent. The space goes back to the disk.
 */
export async function prune(connection: StoreConnection, policy: PrunePolicy): Promise<PruneResult> {
  const { months } = connection;
  const pruned = months
    ? await pruneMonths(connection, months, policy)
    : await connection.transact((db) => pruneAll(db, policy));
  await connection.reclaim();
  return pruned;
}

async function pruneAll(db: Db, policy: PrunePolicy): Promise<PruneResult> {
  const pruned = await pruneRows(db, policy);
  const reports = await deleteUnusedReports(db);
  return { ...NOTHING, ...pruned, reports, sweeps: await deleteEmptySweeps(db, policy) };
}

/** Where results are kept by month, each step is a transaction of its own, after which the store is whole. */
async function pruneMonths(
  connection: StoreConnection,
  months: StoredMonths,
  policy: PrunePolicy,
): Promise<PruneResult> {
  const { olderThan, keepPerSlot } = policy;
  const pruned = [];
  // The newest of each slot are counted before any of them goes.
  if (keepPerSlot !== null) {
    pruned.push(
      await connection.transact(async (db) => {
        await forgetSilentSweeps(db, limitOf(policy));
        return pruneRows(db, { olderThan: null, keepPerSlot }, true);
      }),
    );
  }
  if (olderThan !== null) pruned.push(await months.prune(olderThan));
  pruned.push(
    await connection.transact(async (db) => {
      const rows = await pruneRows(db, { olderThan, keepPerSlot: null }, true);
      return { ...rows, sweeps: await deleteEmptySweeps(db, policy) };
    }),
  );
  pruned.push({ reports: await months.deleteUnusedReports() });
  const sum: Record<keyof PruneResult, number> = { ...NOTHING };
  for (const one of pruned as readonly Partial<PruneResult>[])
    for (const name of Object.keys(sum) as (keyof PruneResult)[]) sum[name] += one[name] ?? 0;
  return sum;
}

/** ms since 1970; what is older may go. */
const limitOf = ({ olderThan }: PrunePolicy) => olderThan?.getTime() ?? Number.MIN_SAFE_INTEGER;

type RowsPruned = Omit<PruneResult, 'reports' | 'sweeps'>;

/** @param isByMonth whether results are kept by month: the months that have nothing to prune are left alone */
async function pruneRows(db: Db, policy: PrunePolicy, isByMonth = false): Promise<RowsPruned> {
  const { olderThan, keepPerSlot } = policy;
  const before = limitOf(policy);
  const keep = keepPerSlot === null ? Number.MAX_SAFE_INTEGER : Math.max(1, keepPerSlot);
  const remove = async (query: RawBuilder<unknown>) => Number((await query.execute(db)).numAffectedRows ?? 0);
  await forgetSilentSweeps(db, before);
  const isOld = isByMonth && keepPerSlot === null ? sql`results.at < ${before} and` : sql``;
  const oldResults =
    isByMonth && keepPerSlot === null
      ? sql`
          select id from results as ranked where at < ${before}
            and (final = 0 or exists (
              select 1 from results as later
              where later.slot_id = ranked.slot_id and later.final = 1 and later.id > ranked.id
            ))
            and ${MAY_GO}
        `
      : sql`
          select id from (
            select id, at, final, sweep_id, slot_id,
              -- How many final ones of the slot are newer, itself aside: by the order of storing, since times may be wrong.
              sum(final) over (partition by slot_id order by id desc) - final as newer
            from results
          ) as ranked
          where (at < ${before} or newer >= ${keep}) and (final = 0 or newer > 0) and ${MAY_GO}
        `;
  const oldSiteReports = sql`
    select id from (
      select id, at, row_number() over (partition by client_id, kind order by at desc, id desc) - 1 as newer
      from site_reports
    ) as ranked
    where (at < ${before} or newer >= ${keep}) and newer > 0
  `;
  const oldInvitedChecks = sql`
    select id from (
      select id, at, row_number() over (partition by client_id order by at desc, id desc) - 1 as newer
      from invited_checks
    ) as ranked
    where (at < ${before} or newer >= ${keep}) and newer > 0
  `;
  await notePruned(
    db,
    sql`
      select slots.client_id, link as first, link as last, chain as head
        from results join slots on slots.id = results.slot_id
        where ${isOld} link is not null and results.id in (${oldResults})
      union all
      select coalesce(client_id, ''), link, link, chain from site_reports
        where link is not null and id in (${oldSiteReports})
      union all
      select client_id, link, link, chain from invited_checks where id in (${oldInvitedChecks})
    `,
  );
  const results = await remove(sql`delete from results where ${isOld} id in (${oldResults})`);
  const changes = await remove(sql`delete from changes where at < ${before}`);
  await remove(sql`delete from standings where at < ${before}`);
  // A report lists what changed since such a one: not of a time of which changes are gone.
  await remove(sql`delete from handed_reports where until < ${before}`);
  if (olderThan !== null) await noteDeleted(db, olderThan);
  const messages = await remove(sql`
    delete from messages where state in ('sent', 'joined') and created_at < ${before}
  `);
  const siteReports = await remove(sql`delete from site_reports where id in (${oldSiteReports})`);
  const invitedChecks = await remove(sql`delete from invited_checks where id in (${oldInvitedChecks})`);
  return { results, changes, messages, siteReports, invitedChecks };
}

/** What is kept of results that are ranked, whatever their age: of sweeps with work left, and what a state is known from. */
const MAY_GO = sql`
  not exists (select 1 from work where work.sweep_id = ranked.sweep_id)
  and not exists (select 1 from slots where slots.id = slot_id and state_result_id = ranked.id)
`;

/** No one continues a sweep that has been silent for so long. */
export async function forgetSilentSweeps(db: Db, before: number): Promise<void> {
  await sql`
    delete from work where sweep_id in (select id from sweeps where state <> 'finished' and beat_at < ${before})
  `.execute(db);
  await sql`
    delete from left_out where sweep_id in (select id from sweeps where beat_at < ${before})
      and not exists (select 1 from work where work.sweep_id = left_out.sweep_id)
  `.execute(db);
}

async function deleteEmptySweeps(db: Db, policy: PrunePolicy): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from sweeps where beat_at < ${limitOf(policy)}
      and not exists (select 1 from results where results.sweep_id = sweeps.id)
      and not exists (select 1 from changes where changes.sweep_id = sweeps.id)
      and not exists (select 1 from messages where messages.sweep_id = sweeps.id and messages.state = 'held')
  `.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Whether no result has a row of reports any more. */
export const IS_UNUSED = sql`not exists (select 1 from results where report_id = reports.id)`;

/** Deletes reports that no result has any more, and returns how many. */
export async function deleteUnusedReports(db: Db): Promise<number> {
  const { numAffectedRows } = await sql`delete from reports where ${IS_UNUSED}`.execute(db);
  return Number(numAffectedRows ?? 0);
}
