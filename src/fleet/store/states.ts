import { type Kysely, sql } from 'kysely';
import type { SlotState } from '../../model/change.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { Verdict } from '../../model/report.js';
import { SEVERITIES } from '../../model/severity.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** What is known of a slot; null if nothing is. */
export async function getState(db: Db, clientId: string, slot: string): Promise<SlotState | null> {
  const row = await db
    .selectFrom('slots')
    .where('client_id', '=', clientId)
    .where('slot', '=', slot)
    .select('state')
    .executeTakeFirst();
  return row?.state == null ? null : (JSON.parse(row.state) as SlotState);
}

/** The look since which a slot stands as it does, and its time: ISO 8601, UTC. */
export interface StateSince {
  readonly resultId: number;
  readonly at: string;
}

/** Puts down what is known of a slot, which has a result already. With null, its time stays. */
export async function putState(
  db: Db,
  clientId: string,
  slot: string,
  state: SlotState,
  since: StateSince | null,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('slots')
    .set({
      state: JSON.stringify(state),
      state_rank: rankState(state),
      ...(since && { state_result_id: since.resultId, state_at: Date.parse(since.at) }),
    })
    .where('client_id', '=', clientId)
    .where('slot', '=', slot)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new Error(`no result of ${clientId} ${slot} is stored`);
}

/** The endpoints where something stands at a client that no one accepted, by slot. */
export async function listOpenEndpoints(db: Db, clientId: string): Promise<Map<string, EndpointId[]>> {
  const rows = await db
    .selectFrom('slots')
    .innerJoin('open_issues', 'open_issues.slot_id', 'slots.id')
    .where('slots.client_id', '=', clientId)
    .where('open_issues.endpoint', 'is not', null)
    .select(['slots.slot', 'open_issues.endpoint'])
    .distinct()
    .execute();
  const open = new Map<string, EndpointId[]>();
  for (const { slot, endpoint } of rows) if (endpoint) open.set(slot, [...(open.get(slot) ?? []), endpoint]);
  return open;
}

/** How slots are ordered: by verdict, and within one by severity. */
export const RANK_OF: Readonly<Record<Verdict, number>> = { violation: 0, inconclusive: 10, compliant: 20 };

/** By verdict, then by the worst that no one has accepted. */
export function rankState({ verdict, issues }: SlotState): number {
  const open = Object.values(issues).filter(({ waived }) => !waived);
  const worst = Math.min(...open.map(({ severity }) => SEVERITIES.indexOf(severity)), SEVERITIES.length);
  return RANK_OF[verdict] + worst;
}

/** States that are held in memory at once. */
const PAGE = 500;

/** Whether each slot is ordered by the state that it has: a line for each that is not, or whose state cannot be read. */
export async function checkStates(db: Db): Promise<string[]> {
  const problems: string[] = [];
  for (let last = 0; ;) {
    const rows = await db
      .selectFrom('slots')
      .select(['id', 'client_id', 'slot', 'state', 'state_rank'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) return problems;
    for (const { id, client_id, slot, state, state_rank } of rows) {
      last = id;
      if (readRank(state) !== state_rank) problems.push(`client ${client_id}: how ${slot} stands was altered`);
    }
  }
}

/** The rank of a stored state: null if there is none, not a number if it cannot be read. */
function readRank(state: string | null): number | null {
  try {
    return state === null ? null : rankState(JSON.parse(state) as SlotState);
  } catch {
    return NaN;
  }
}

/** The cards of all clients, those of inventories too. */
const CARDS = sql`(select card from clients union all select card from roster)`;

/** The groups of all clients, by name. */
export async function listGroups(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select group_name as name from clients where group_name is not null
    union select group_name from roster where group_name is not null order by name
  `.execute(db);
  return rows.map(({ name }) => name);
}

/** The tags of all clients, by name. */
export async function listTags(db: Db): Promise<string[]> {
  const { rows } = await sql<{ tag: string }>`
    select distinct tags.value as tag from ${CARDS} as cards, json_each(cards.card, '$.tags') as tags order by tag
  `.execute(db);
  return rows.map(({ tag }) => tag);
}

/** The ids of all clients that were ever looked at. */
export async function listClientIds(db: Db): Promise<string[]> {
  return (await db.selectFrom('clients').orderBy('id').select('id').execute()).map(({ id }) => id);
}

/** A slot that is listed no longer, and that no look has seen since. */
export interface RetiredSlot {
  readonly slot: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The slots of a client that were retired, and not looked at since. */
export async function listRetired(db: Db, clientId: string): Promise<RetiredSlot[]> {
  const rows = await db
    .selectFrom('slots')
    .where('client_id', '=', clientId)
    .where('state', 'is', null)
    .where('retired_at', 'is not', null)
    .where((query) =>
      query.not(
        query.exists(
          query
            .selectFrom('results')
            .whereRef('results.slot_id', '=', 'slots.id')
            .whereRef('results.at', '>', 'slots.retired_at')
            .select('results.id'),
        ),
      ),
    )
    .orderBy('slot')
    .select(['slot', 'retired_at'])
    .execute();
  return rows.map(({ slot, retired_at }) => ({ slot, at: new Date(retired_at!).toISOString() }));
}
