import { type Kysely, sql } from 'kysely';
import { isUnswept } from './migrations/unswept-clients.js';
import { RANK_OF } from './states.js';
import type { Tables } from './tables.js';

/** The verdict of a slot's state, without reading the state. */
const VERDICT = sql`case
  when state_rank >= ${sql.lit(RANK_OF.compliant)} then 'compliant'
  when state_rank >= ${sql.lit(RANK_OF.inconclusive)} then 'inconclusive'
  when state_rank is not null then 'violation'
end`;

/** The final results of a slot, the one that was stored last first. */
const FINAL = sql`from results where slot_id = slots.id and final = 1`;
const NEWEST_FIRST = sql`order by link desc limit 1`;

/** Slots whose summary, which triggers keep, is not what their results and their state say. */
const WRONG = sql`
  select slots.id from slots
    left join results as newest on newest.id = (select id ${FINAL} ${NEWEST_FIRST})
    left join reports on reports.id = newest.report_id
  where looked_at is distinct from (select max(at) from results where slot_id = slots.id)
    or checked_at is distinct from newest.at
    or problem is distinct from case when newest.address is null then newest.target ->> '$.problem' end
    or slots.profile is distinct from reports.profile
    or seen_at is distinct from (select at ${FINAL} and verdict = ${VERDICT} ${NEWEST_FIRST})
    or no_answer is distinct from
      case when ${VERDICT} = 'inconclusive' then coalesce(cast(state ->> '$.noAnswer' as bigint), 0) else 0 end
`;

/** The open issues of all slots, as their states have them. */
const ISSUES = sql`
  select slots.id, value ->> '$.rule', value ->> '$.endpoint', value ->> '$.data.service.id'
  from slots, json_each(state, '$.issues') where cast(value ->> '$.waived' as bigint) = 0
`;
const NOTED = sql`select slot_id, rule, endpoint, service from open_issues`;

/** Looks for what is noted for lists other than results, states and inventories say: a line for each kind. */
export async function checkSummaries(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ id: number }>`
    select id from (${WRONG}) as wrong
    union select slot_id from (select * from (${NOTED}) as noted except select * from (${ISSUES}) as issues) as stray
    union select id from (select * from (${ISSUES}) as issues except select * from (${NOTED}) as noted) as lacking
  `.execute(db);
  const unswept = await sql<{ client_id: string }>`
    select client_id from roster where unswept <> ${sql.raw(isUnswept)}
  `.execute(db);
  return [
    ...(rows.length === 0 ? [] : [`addresses that are listed other than their checks say: ${rows.length}`]),
    ...(unswept.rows.length === 0
      ? []
      : [`clients of which it is noted wrongly whether all their addresses were checked: ${unswept.rows.length}`]),
  ];
}
