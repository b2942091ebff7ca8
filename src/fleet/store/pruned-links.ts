import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from './tables.js';

/**
 * Joins runs of links, of each client: what follows without a gap is one, with all that its last has, and `start`, its
 * first. A query.
 * @param records client_id, first, last, and whatever else is wanted
 */
export const selectRuns = (records: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  with records as (${records}),
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
  select * from joined where nth = 1
`;

/**
 * Notes which records are deleted, so that the chains of clients stay whole: runs of them, each with the hash of its
 * last, joined with those that were noted before.
 * @param gone what is deleted, or runs of it: client_id, first, last, head
 */
export async function notePruned(db: Kysely<Tables>, gone: RawBuilder<unknown>): Promise<void> {
  await sql`
    insert into pruned_links (client_id, first, last, head)
    select client_id, start, last, head
    from (${selectRuns(sql`${gone} union all select client_id, first, last, head from pruned_links`)}) as runs where true
    on conflict (client_id, last) do update set first = excluded.first, head = excluded.head
  `.execute(db);
  await sql`
    delete from pruned_links where exists (
      select 1 from pruned_links as longer where longer.client_id = pruned_links.client_id
        and longer.last > pruned_links.last and longer.first <= pruned_links.first
    )
  `.execute(db);
}
