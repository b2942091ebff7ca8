import { type Kysely, type RawBuilder, sql } from 'kysely';
import { REGISTER } from './chain.js';
import type { DatabaseKind, StoreConnection } from './connection.js';
import { noteDeleted } from './coverage.js';
import { decodeInvitedCheck } from './invited-checks.js';
import { parseBody } from './report-body.js';
import { decodeSiteReport } from './site-reports.js';
import { checkStates } from './states.js';
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

/** What is in a store. */
export interface StoreInfo {
  readonly kind: DatabaseKind;
  readonly path: string;
  readonly bytes: number;
  /** Of the database's structure. */
  readonly version: number;
  /** Rows, by table. */
  readonly counts: Readonly<Record<(typeof COUNTED)[number], number>>;
  /** Times of the oldest and the newest result, ISO 8601, UTC; null if there is none. */
  readonly oldest: string | null;
  readonly newest: string | null;
  /** How many clients have chained records, how many records, and one hash over the ends of all chains. */
  readonly chains: { readonly clients: number; readonly records: number; readonly head: string };
  /** How many clients were forgotten or renamed, and when one last was, ISO 8601, UTC; null if none was. */
  readonly ended: { readonly clients: number; readonly last: string | null };
}

/** How much is in a store. */
export interface StoreSize extends Pick<StoreInfo, 'path' | 'bytes' | 'oldest' | 'newest'> {
  readonly results: number;
  readonly chains: Pick<StoreInfo['chains'], 'clients' | 'records'>;
}

const COUNTED = [
  ...(['clients', 'slots', 'sweeps', 'work', 'results', 'reports', 'changes', 'waivers', 'messages'] as const),
  ...(['answers', 'site_reports', 'invited_checks'] as const),
] as const;

/** Bodies that are held in memory at once. */
const PAGE = 64;

/**
 * Deletes what is too old. What stays in any case: the newest final result of each slot, what its state is known
 * from, the results of sweeps that have work left, the newest site report of each client and kind, the newest
 * check from the site of each client, answers, waivers, and
 * messages that are still to be sent.
 */
export async function prune(db: Db, { olderThan, keepPerSlot }: PrunePolicy): Promise<PruneResult> {
  const before = olderThan?.getTime() ?? Number.MIN_SAFE_INTEGER;
  const keep = keepPerSlot === null ? Number.MAX_SAFE_INTEGER : Math.max(1, keepPerSlot);
  const remove = async (query: RawBuilder<unknown>) => Number((await query.execute(db)).numAffectedRows ?? 0);
  // No one continues a sweep that has been silent for so long.
  await remove(sql`
    delete from work where sweep_id in (select id from sweeps where state <> 'finished' and beat_at < ${before})
  `);
  await remove(sql`
    delete from left_out where sweep_id in (select id from sweeps where beat_at < ${before})
      and not exists (select 1 from work where work.sweep_id = left_out.sweep_id)
  `);
  const oldResults = sql`
    select id from (
      select id, at, final, sweep_id, slot_id,
        -- How many final ones of the slot are newer, itself aside: by the order of storing, since times may be wrong.
        sum(final) over (partition by slot_id order by id desc) - final as newer
      from results
    ) as ranked
    where (at < ${before} or newer >= ${keep}) and (final = 0 or newer > 0)
      and not exists (select 1 from work where work.sweep_id = ranked.sweep_id)
      and not exists (select 1 from slots where slots.id = slot_id and state_result_id = ranked.id)
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
  await notePruned(db, { results: oldResults, siteReports: oldSiteReports, invitedChecks: oldInvitedChecks });
  const results = await remove(sql`delete from results where id in (${oldResults})`);
  const reports = await deleteUnusedReports(db);
  const changes = await remove(sql`delete from changes where at < ${before}`);
  await remove(sql`delete from standings where at < ${before}`);
  // A report lists what changed since such a one: not of a time of which changes are gone.
  await remove(sql`delete from handed_reports where until < ${before}`);
  if (olderThan !== null) await noteDeleted(db, olderThan);
  const messages = await remove(sql`
    delete from messages where state in ('sent', 'joined') and created_at < ${before}
  `);
  const sweeps = await remove(sql`
    delete from sweeps where beat_at < ${before}
      and not exists (select 1 from results where results.sweep_id = sweeps.id)
      and not exists (select 1 from changes where changes.sweep_id = sweeps.id)
      and not exists (select 1 from messages where messages.sweep_id = sweeps.id and messages.state = 'held')
  `);
  const siteReports = await remove(sql`delete from site_reports where id in (${oldSiteReports})`);
  const invitedChecks = await remove(sql`delete from invited_checks where id in (${oldInvitedChecks})`);
  return { results, reports, changes, messages, sweeps, siteReports, invitedChecks };
}

/** Deletes reports that no result has any more, and returns how many. */
export async function deleteUnusedReports(db: Db): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from reports where not exists (select 1 from results where report_id = reports.id)
  `.execute(db);
  return Number(numAffectedRows ?? 0);
}

/**
 * Notes which records are deleted, so that the chains of clients stay whole: runs of them, each with the hash of its
 * last, joined with those that were noted before.
 */
async function notePruned(
  db: Db,
  { results, siteReports, invitedChecks }: Record<'results' | 'siteReports' | 'invitedChecks', RawBuilder<unknown>>,
): Promise<void> {
  await sql`
    insert into pruned_links (client_id, first, last, head)
    with records as (
      select slots.client_id, link as first, link as last, chain as head
        from results join slots on slots.id = results.slot_id
        where link is not null and results.id in (${results})
      union all
      select coalesce(client_id, ''), link, link, chain from site_reports where link is not null and id in (${siteReports})
      union all
      select client_id, link, link, chain from invited_checks where id in (${invitedChecks})
      union all
      select client_id, first, last, head from pruned_links
    ),
    begun as (
      select *,
        case when first = 1 + lag(last) over (partition by client_id order by last) then 0 else 1 end as begins
      from records
    ),
    numbered as (select *, sum(begins) over (partition by client_id order by last) as run from begun),
    joined as (
      select *,
        min(first) over (partition by client_id, run) as start,
        row_number() over (partition by client_id, run order by last desc) as nth
      from numbered
    )
    select client_id, start, last, head from joined where nth = 1
    on conflict (client_id, last) do update set first = excluded.first, head = excluded.head
  `.execute(db);
  await sql`
    delete from pruned_links where exists (
      select 1 from pruned_links as longer where longer.client_id = pruned_links.client_id
        and longer.last > pruned_links.last and longer.first <= pruned_links.first
    )
  `.execute(db);
}

/** Looks for damage: of the database, of references, of summaries, and of each stored report. Returns a line for each problem. */
export async function check(connection: StoreConnection): Promise<string[]> {
  const { tables: db } = connection;
  const damage = await connection.findDamage();
  // In a damaged file nothing else can be looked for.
  if (damage.length > 0) return damage;
  const problems = await connection.findStrays();
  problems.push(...(await checkStates(db)));
  problems.push(...(await checkBodies(db, 'reports', 'report', (body) => parseBody(body, ''))));
  problems.push(...(await checkBodies(db, 'site_reports', 'site report', decodeSiteReport)));
  problems.push(...(await checkBodies(db, 'invited_checks', 'check from a site', decodeInvitedCheck)));
  return problems;
}

/** Reads each body of a table, a page at a time: a line for each that cannot be read. */
async function checkBodies(
  db: Db,
  table: 'reports' | 'site_reports' | 'invited_checks',
  name: string,
  read: (body: Uint8Array) => unknown,
): Promise<string[]> {
  const problems: string[] = [];
  for (let last = 0; ;) {
    const rows = await db
      .selectFrom(table)
      .select(['id', 'body'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) return problems;
    for (const { id, body } of rows) {
      last = id;
      try {
        read(body);
      } catch (error) {
        problems.push(`${name} ${id}: ${(error as Error).message}`);
      }
    }
  }
}

/** Counts what is in the store. */
export async function readCounts(db: Db): Promise<Pick<StoreInfo, 'counts' | 'oldest' | 'newest'>> {
  const counts = Object.fromEntries(COUNTED.map((table) => [table, 0])) as Record<(typeof COUNTED)[number], number>;
  for (const table of COUNTED) {
    const row = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirst();
    counts[table] = Number(row?.count ?? 0);
  }
  const range = await db
    .selectFrom('results')
    .select(({ fn }) => [fn.min('at').as('oldest'), fn.max('at').as('newest')])
    .executeTakeFirst();
  return { counts, oldest: tellTime(range?.oldest), newest: tellTime(range?.newest) };
}

/** Measures the store without reading each of its rows: all that is asked for is in indexes. */
export async function readSize(db: Db): Promise<Omit<StoreSize, 'path' | 'bytes'>> {
  const { rows } = await sql<Record<'results' | 'oldest' | 'newest' | 'clients' | 'records', number | null>>`
    select results, oldest, newest, clients, records from
      (select count(*) as results, min(at) as oldest, max(at) as newest from results) as looks,
      (select count(*) as clients, sum(length) as records from chains where client_id <> ${REGISTER}) as ends
  `.execute(db);
  const { results, oldest, newest, clients, records } = rows[0]!;
  const chains = { clients: clients ?? 0, records: records ?? 0 };
  return { results: results ?? 0, oldest: tellTime(oldest), newest: tellTime(newest), chains };
}

const tellTime = (at: number | null | undefined) => (at == null ? null : new Date(at).toISOString());
