import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tables } from './tables.js';

/**
 * Notes which records are deleted, so that the chains of clients stay whole: runs of them, each with the hash of its
 * last, joined with those that were noted before.
 * @param gone what is deleted, or runs of it: client_id, first, last, head
 */
export async function notePruned(db: Kysely<Tables>, gone: RawBuilder<unknown>): Promise<void> {
  await sql`
    insert into pruned_links (client_id, first, last, head)
    with records as (
      ${gone}
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
