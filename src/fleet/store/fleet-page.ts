import { type Kysely, type RawBuilder, sql } from 'kysely';
import { formatDay } from '../../model/client.js';
import { CLOCK_DOUBT_MS } from '../../model/not-checked.js';
import { findService } from '../../model/service.js';
import type { Listed } from '../../model/standing.js';
import { foldCase } from './client-card.js';
import { type Lapse, type LapsedSlot, NO_ANSWER, RANK, readLapsed, selectLapsedIssues } from './lapsed-slots.js';
import { IS_COMPLIANT, IS_GONE, isDoubtful, selectSlots } from './places.js';
import { IS_LISTED, IS_UNSWEPT, UNSWEPT_ADDRESSES } from './roster.js';
import { RANK_OF } from './states.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** How a list is sorted: the worst first; by name; what was not seen for longest first. */
export const FLEET_SORTS = ['worst', 'name', 'seen'] as const;
export type FleetSort = (typeof FLEET_SORTS)[number];

/** Which rows of a list are meant; all where nothing is given. What no check has looked at has no profile and no issue. */
export interface FleetFilter {
  /** Ids of clients. */
  readonly ids?: readonly string[] | undefined;
  /** An address as it is written in short, or a name: that of a slot, or what a slot has now. */
  readonly address?: string | undefined;
  /** Part of an id, name, address or group, whatever its case. */
  readonly search?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  /** With one of these tags. */
  readonly tags?: readonly string[] | undefined;
  /** Names of profiles. */
  readonly profiles?: readonly string[] | undefined;
  /** With an issue that no one accepted: ids of services that it is about or at whose endpoints it is, or of rules. */
  readonly services?: readonly string[] | undefined;
}

/** When the list is read. */
export interface FleetTime {
  readonly now: Date;
  /** What was last looked at before this was not for long. */
  readonly staleBefore: Date;
}

/** Which part of which list is meant. */
export interface FleetWanted extends FleetFilter, FleetTime {
  readonly standings?: readonly Listed[] | undefined;
  readonly sort: FleetSort;
  readonly offset: number;
  readonly limit: number;
}

/** A row: the id of a slot, or a client that has addresses that are not listed. */
export type FleetRow = { readonly slotId: number } | { readonly unswept: string };

/** A part of a list. */
export interface FleetPage {
  /** Rows that are meant. */
  readonly total: number;
  /** Rows by what they count as, whatever standings are meant. */
  readonly counts: Readonly<Record<Listed, number>>;
  readonly rows: readonly FleetRow[];
}

/** Longer than any id, name or address. */
const MAX_SEARCH = 256;

const STANDS_WELL = sql`not stands and not not_checked`;

/** What a row of `listed` counts as: one of these, as in every list. */
export const STANDS: Readonly<Record<Listed, RawBuilder<unknown>>> = {
  violation: sql`stands`,
  'not-checked': sql`not stands and not_checked`,
  'no-answer': sql`${STANDS_WELL} and no_answer = 1`,
  inconclusive: sql`${STANDS_WELL} and no_answer = 0 and rank < ${sql.lit(RANK_OF.compliant)}`,
  compliant: sql`${STANDS_WELL} and rank >= ${sql.lit(RANK_OF.compliant)}`,
};
export const STANDINGS = Object.keys(STANDS) as Listed[];

/** Columns of `listed`: how many rows count as each of {@link STANDINGS}. */
export const SUMS = STANDINGS.map((one) => sql`count(*) filter (where ${STANDS[one]})`);

/** Counts by what they count, from the columns of {@link SUMS}. */
export const toCounts = (sums: readonly number[]) =>
  Object.fromEntries(STANDINGS.map((one, index) => [one, sums[index]!])) as Record<Listed, number>;

const SORTED: Readonly<Record<FleetSort, RawBuilder<unknown>>> = {
  worst: sql`part, worst, client_id, slot`,
  name: sql`name, client_id, slot`,
  seen: sql`seen nulls first, client_id, slot`,
};

/** Reads which rows are on a page, and counts all: one pass over what lists need, whatever the size of the page. */
export async function readFleetPage(db: Db, wanted: FleetWanted, lapse: Lapse): Promise<FleetPage> {
  const { standings, sort, limit, offset } = wanted;
  const meant = standings
    ? sql`(${sql.join([sql`false`, ...standings.map((one) => STANDS[one])], sql` or `)})`
    : sql`true`;
  const sums = [sql`count(*) filter (where ${meant})`, ...SUMS];
  const { rows } = await sql<{ counts: string; page: string | null }>`
    with listed as materialized (${await selectRows(db, wanted, lapse)})
    select
      (select concat_ws(',', ${sql.join(sums)}) from listed) as counts,
      (
        select string_agg(concat('[', json_quote(id), ',', json_quote(client_id), ']'), ',' order by ${SORTED[sort]})
        from (select * from listed where ${meant} order by ${SORTED[sort]} limit ${limit} offset ${offset}) as chosen
      ) as page
  `.execute(db);
  const [total, ...counts] = JSON.parse(`[${rows[0]!.counts}]`) as [number, ...number[]];
  const page = JSON.parse(`[${rows[0]!.page ?? ''}]`) as [id: number | null, clientId: string][];
  return {
    total,
    counts: toCounts(counts),
    rows: page.map(([id, clientId]) => (id === null ? { unswept: clientId } : { slotId: id })),
  };
}

/** What day it is in each time zone of the inventories, as JSON. */
async function readDays(db: Db, now: Date): Promise<string> {
  const zones = await db.selectFrom('roster').where('until', 'is not', null).select('time_zone').distinct().execute();
  return JSON.stringify(Object.fromEntries(zones.map(({ time_zone: zone }) => [zone, formatDay(now, zone)])));
}

/** All rows that a filter lets through: first slots, then clients with addresses that are not listed. */
export async function selectRows(
  db: Db,
  { now, staleBefore, sort, ...filter }: FleetFilter & FleetTime & Pick<FleetWanted, 'sort'>,
  lapse: Lapse,
): Promise<RawBuilder<unknown>> {
  const [days, lapsed] = [await readDays(db, now), await readLapsed(db, lapse)];
  const name = sort === 'name' ? sql`(select search from clients where clients.id = slots.client_id)` : sql`null`;
  return sql`
    select
      id, slots.client_id, slot, ${RANK} as rank, ${NO_ANSWER} as no_answer,
      case when not ${IS_COMPLIANT} then 0 when ${isDoubtful(staleBefore)} then 2 else 3 end as part,
      case
        when state_rank is null then ${sql.lit(RANK_OF.compliant - 1)}
        when ${IS_COMPLIANT} then ${RANK}
        else ${RANK} % 10 + case when ${RANK} >= ${sql.lit(RANK_OF.inconclusive)} then 0.5 else 0 end
      end as worst,
      ${name} as name,
      case when state_rank is not null then coalesce(seen_at, state_at) end as seen,
      coalesce(${RANK} < ${sql.lit(RANK_OF.inconclusive)} or ${RANK} % 10 < 5, false) as stands,
      (state_rank is null or problem is not null
        or case when ${IS_COMPLIANT} then coalesce(seen_at, state_at) else coalesce(checked_at, looked_at) end
          not between ${staleBefore.getTime()} and ${now.getTime() + CLOCK_DOUBT_MS}
        or ${IS_GONE} or coalesce(paused = 1 or authorized = 0, false)
        or coalesce(until < (select value from json_each(${days}) where key = time_zone), false)) as not_checked
    from ${selectSlots(lapsed)} where ${IS_LISTED} and ${filterSlots(filter, lapsed)}
    union all
    select null, client_id, '', null, 0, 1, 0, ${sort === 'name' ? sql`search` : sql`null`}, null, false, true
    from roster where ${filterRoster(filter)} and ${IS_UNSWEPT}
  `;
}

const among = (values: readonly string[]) => sql`(select value from json_each(${JSON.stringify(values)}))`;

function filterSlots(filter: FleetFilter, lapsed: readonly LapsedSlot[]): RawBuilder<unknown> {
  const { ids, address, search, groups, tags, profiles, services } = filter;
  const conditions = [sql`true`];
  if (ids) conditions.push(sql`slots.client_id in ${among(ids)}`);
  if (address !== undefined)
    conditions.push(sql`(slot = ${address} or (instr(state, ${address}) and state ->> '$.address' = ${address}))`);
  if (groups) conditions.push(sql`slots.client_id in (select id from clients where group_name in ${among(groups)})`);
  if (tags)
    conditions.push(sql`slots.client_id in (
      select clients.id from clients, json_each(card, '$.tags') as tag where tag.value in ${among(tags)}
    )`);
  if (profiles) conditions.push(sql`profile in ${among(profiles)}`);
  if (services) {
    const endpoints = services.flatMap((id): readonly string[] => findService(id)?.endpoints ?? []);
    conditions.push(sql`id in (
      select slot_id from (
        select slot_id, rule, endpoint, service from open_issues
        union all select slot_id, rule, endpoint, service from ${selectLapsedIssues(lapsed)}
      ) as open
      where endpoint in ${among(endpoints)} or service in ${among(services)} or rule in ${among(services)}
    )`);
  }
  const text = cleanSearch(search);
  // A state is long: only one with the text in it is taken apart.
  if (text !== '')
    conditions.push(sql`(
      slots.client_id in (select id from clients where instr(search, ${text})) or instr(lower(slot), ${text})
        or (instr(state, ${text}) and instr(state ->> '$.address', ${text}))
    )`);
  return sql.join(conditions, sql` and `);
}

function filterRoster(filter: FleetFilter): RawBuilder<unknown> {
  const { ids, address, search, groups, tags, profiles, services } = filter;
  const conditions = [sql.lit(!profiles && !services)];
  if (ids) conditions.push(sql`client_id in ${among(ids)}`);
  if (address !== undefined) conditions.push(sql`instr(' ' || ${UNSWEPT_ADDRESSES} || ' ', ${` ${address} `})`);
  if (groups) conditions.push(sql`group_name in ${among(groups)}`);
  if (tags)
    conditions.push(sql`exists (select 1 from json_each(card, '$.tags') as tag where tag.value in ${among(tags)})`);
  const text = cleanSearch(search);
  if (text !== '') conditions.push(sql`(instr(search, ${text}) or instr(lower(${UNSWEPT_ADDRESSES}), ${text}))`);
  return sql.join(conditions, sql` and `);
}

/** A search as it is compared: white space and control characters are one space, so that it is within one line. */
export function cleanSearch(search = ''): string {
  return foldCase(
    search
      .slice(0, MAX_SEARCH)
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
  );
}
