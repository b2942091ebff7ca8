import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.js';

/*
 * What grows by the look is kept by month: `results` and `changes` are partitioned by the month of `at`, UTC, into
 * tables such as results_2026_11. What is of no month that was made is in `results_rest` and `changes_rest`, the default
 * partitions: rows with a wrong time, and what prune-months.ts keeps of months that went. So no row is ever refused.
 *
 * A unique key of a partitioned table has to have the time in it, so two promises are kept in another way. An id is
 * given once, by the sequence of the whole table; the primary key is (id, at). And a sweep has one result of each slot:
 * each partition has that as a unique index, and between partitions whoever adds a result looks for one first, which is
 * enough since one process writes at a time (postgres-connection.ts).
 */

/** Tables that are kept by month. */
export const BY_MONTH = ['results', 'changes'] as const;
export type ByMonth = (typeof BY_MONTH)[number];

/** A month that is kept as tables of its own. */
export interface Month {
  /** Such as `2026_11`. */
  readonly name: string;
  /** ms since 1970: the first of it, and the first of the next. */
  readonly from: number;
  readonly until: number;
}

/** How many months there are tables of before they come. */
const AHEAD = 2;
/** Older rows are in the rest: there are not many, and their time is wrong as a rule. */
const OLDEST_YEARS = 10;

/**
 * Functions that make months. Each makes what is missing, and moves there what is of it in the rest: its triggers do
 * not work meanwhile, since what they say of a row is said already.
 */
export const MONTH_FUNCTIONS = `
  create or replace function make_month(parent text, month date) returns void language plpgsql as $$
  declare
    name text := parent || to_char(month, '_YYYY_MM');
    rest text := parent || '_rest';
    first bigint := extract(epoch from month::timestamp) * 1000;
    next bigint := extract(epoch from month + interval '1 month') * 1000;
    has_some boolean;
  begin
    if to_regclass(quote_ident(name)) is not null then return; end if;
    execute format('create table %I (like %I including defaults)', name, parent);
    if parent = 'results' then execute format('create unique index on %I (sweep_id, slot_id)', name); end if;
    execute format('select exists (select 1 from %I where at >= $1 and at < $2)', rest) into has_some using first, next;
    if has_some then
      execute format('alter table %I disable trigger user', rest);
      execute format(
        'with moved as (delete from %I where at >= %s and at < %s returning *) insert into %I select * from moved',
        rest, first, next, name);
      execute format('alter table %I enable trigger user', rest);
    end if;
    execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, name, first, next);
  end $$;

  -- The months of some days, by their numbers since 1970, and those that come.
  create or replace function make_months(days bigint[]) returns void language plpgsql as $$
  declare
    today date := date_trunc('month', now() at time zone 'UTC');
    wanted date;
  begin
    for wanted in
      select distinct date_trunc('month', date '1970-01-01' + day::int)::date as month from unnest(days) as day
        where day between 0 and 1000000
      union select (today + make_interval(months => ahead))::date from generate_series(0, ${AHEAD}) as ahead
      order by month
    loop
      if wanted >= today - interval '${OLDEST_YEARS} years' and wanted <= today + interval '${AHEAD} months' then
        perform make_month('results', wanted);
        perform make_month('changes', wanted);
      end if;
    end loop;
  end $$;
`;

/** Makes the tables of the months that come, and of the months of some days, by their numbers since 1970. */
export async function makeMonths(db: Kysely<Tables>, days: readonly number[] = []): Promise<void> {
  await sql`select make_months(${[...days]}::bigint[])`.execute(db);
}

/** Whether a month that comes has no tables so far; false where the store is not kept by month. */
export async function lacksMonths(db: Kysely<Tables>, now: Date): Promise<boolean> {
  const last = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + AHEAD));
  const { rows } = await sql<{ lacks: number }>`
    select to_regclass('changes_rest') is not null and to_regclass(${`changes_${nameMonth(last)}`}) is null as lacks
  `.execute(db);
  return rows[0]!.lacks === 1;
}

/** The months that are kept as tables and end at a time or before it, oldest first. */
export async function listMonths(db: Kysely<Tables>, until: number): Promise<Month[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct right(relname, 7) as name from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent in (to_regclass('results'), to_regclass('changes')) and relname ~ '_[0-9]{4}_[0-9]{2}$'
    order by name
  `.execute(db);
  return rows.map(({ name }) => toMonth(name)).filter((month) => month.until <= until);
}

function toMonth(name: string): Month {
  const [year, month] = name.split('_').map(Number) as [number, number];
  return { name, from: Date.UTC(year, month - 1), until: Date.UTC(year, month) };
}

function nameMonth(date: Date): string {
  return date.toISOString().slice(0, 7).replace('-', '_');
}
