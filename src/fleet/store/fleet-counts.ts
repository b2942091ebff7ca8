import { type Kysely, sql } from 'kysely';
import { type Listed, WORST_LISTED_FIRST } from '../../model/standing.js';
import { type FleetTime, selectRows, STANDINGS, STANDS, SUMS, toCounts } from './fleet-page.js';
import type { Lapse } from './lapsed-slots.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/**
 * Counts clients, each by the worst that one of its rows counts as: an issue that stands, then what was checked and is
 * not known, then what was not checked.
 */
export async function countClients(db: Db, when: FleetTime, lapse: Lapse): Promise<Record<Listed, number>> {
  const listed = await selectRows(db, { ...when, sort: 'worst' }, lapse);
  const worst = sql.join(
    WORST_LISTED_FIRST.map((one, index) => sql`when ${STANDS[one]} then ${sql.lit(index)}`),
    sql` `,
  );
  const { rows } = await sql<{ worst: number; clients: number }>`
    select worst, count(*) as clients
    from (select min(case ${worst} end) as worst from (${listed}) as listed group by client_id) as clients
    group by worst
  `.execute(db);
  const counts = new Map(rows.map(({ worst: index, clients }) => [WORST_LISTED_FIRST[index], clients]));
  return Object.fromEntries(STANDINGS.map((one) => [one, counts.get(one) ?? 0])) as Record<Listed, number>;
}

/** How all rows count, and how old what is known of them is. */
export interface FleetCounts {
  /** By group; null for clients of none. */
  readonly groups: ReadonlyMap<string | null, Readonly<Record<Listed, number>>>;
  /** When the address was last seen as it stands that was not for longest, ms; null if none was. */
  readonly oldestAt: number | null;
}

/** Counts all rows by group, in one pass. */
export async function countFleet(db: Db, when: FleetTime, lapse: Lapse): Promise<FleetCounts> {
  const { rows } = await sql<{ group_name: string | null; sums: string; oldest: number | null }>`
    with listed as materialized (${await selectRows(db, { ...when, sort: 'seen' }, lapse)})
    select
      case
        when id is null then (select group_name from roster where roster.client_id = listed.client_id)
        else (select group_name from clients where clients.id = listed.client_id)
      end as group_name,
      concat_ws(',', ${sql.join(SUMS)}) as sums,
      min(seen) as oldest
    from listed group by 1
  `.execute(db);
  const seen = rows.flatMap(({ oldest }) => oldest ?? []);
  return {
    groups: new Map(rows.map(({ group_name: group, sums }) => [group, toCounts(JSON.parse(`[${sums}]`) as number[])])),
    oldestAt: seen.length > 0 ? Math.min(...seen) : null,
  };
}
