import { type Kysely, sql } from 'kysely';
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
  select id from slots
  where looked_at is not (select max(at) from results where slot_id = slots.id)
    or (checked_at, problem, profile) is not (
      select at, case when address is null then target ->> '$.problem' end,
        (select profile from reports where reports.id = report_id)
      ${FINAL} ${NEWEST_FIRST}
    )
    or seen_at is not (select at ${FINAL} and verdict = ${VERDICT} ${NEWEST_FIRST})
    or no_answer is not (${VERDICT} is 'inconclusive' and ifnull(state ->> '$.noAnswer', 0))
`;

/** The open issues of all slots, as their states have them. */
const ISSUES = sql`
  select slots.id, value ->> '$.rule', value ->> '$.endpoint', value ->> '$.data.service.id'
  from slots, json_each(state, '$.issues') where value ->> '$.waived' = 0
`;
const NOTED = sql`select slot_id, rule, endpoint, service from open_issues`;

/** Looks for slots that are listed other than their results and states say: a line if there are any. */
export async function checkSummaries(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ id: number }>`
    select id from (${WRONG})
    union select slot_id from (select * from (${NOTED}) except select * from (${ISSUES}))
    union select id from (select * from (${ISSUES}) except select * from (${NOTED}))
  `.execute(db);
  return rows.length === 0 ? [] : [`addresses that are listed other than their checks say: ${rows.length}`];
}
