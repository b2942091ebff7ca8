import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SlotState } from '../../model/change.js';
import { rankState } from './states.js';
import type { Tables } from './tables.js';

/*
 * What was accepted until a day that is over counts, though no check has found it since: neither the state of its slot
 * nor what is kept for lists knows of it.
 */

/** Has count what was accepted in a state of a client until a day that is over. */
export type Lapse = (state: SlotState, clientId: string) => SlotState;

/** A slot with issues that were accepted until a day that is over. */
export interface LapsedSlot {
  readonly id: number;
  /** As it is ordered with them. */
  readonly rank: number;
  /** Of each of them: rule, endpoint and service. */
  readonly issues: readonly (readonly [rule: string, endpoint: string | null, service: string | null])[];
}

/** Reads the slots of which something was accepted until a day that is over: only those are taken apart. */
export async function readLapsed(db: Kysely<Tables>, now: Date, lapse: Lapse): Promise<LapsedSlot[]> {
  const { rows } = await sql<{ id: number; client_id: string; state: string }>`
    select id, client_id, state from slots
    where client_id in (select client_id from waivers where until < ${now.toISOString().slice(0, 10)})
      and instr(state, '"waived":true')
  `.execute(db);
  return rows.flatMap(({ id, client_id, state }) => {
    const before = JSON.parse(state) as SlotState;
    const after = lapse(before, client_id);
    const issues = Object.entries(after.issues)
      .filter(([key, { waived }]) => !waived && before.issues[key]!.waived)
      .map(([, { rule, endpoint, data }]) => [rule, endpoint, serviceOf(data)] as const);
    return issues.length === 0 ? [] : [{ id, rank: rankState(after), issues }];
  });
}

function serviceOf(data: Readonly<Record<string, unknown>>): string | null {
  return (data['service'] as { id?: string } | undefined)?.id ?? null;
}

/** Rows of `lapsed_id` and `lapsed_rank`. */
export function selectLapsedRanks(lapsed: readonly LapsedSlot[]): RawBuilder<unknown> {
  const ranks = JSON.stringify(lapsed.map(({ id, rank }) => [id, rank]));
  return sql`(select value ->> 0 as lapsed_id, value ->> 1 as lapsed_rank from json_each(${ranks}))`;
}

/** How a slot that is joined with them is ordered. */
export const RANK = sql`ifnull(lapsed_rank, state_rank)`;

/** Rows of `slot_id`, `rule`, `endpoint` and `service`. */
export function selectLapsedIssues(lapsed: readonly LapsedSlot[]): RawBuilder<unknown> {
  const rows = lapsed.flatMap(({ id, issues }) => issues.map((issue) => [id, ...issue]));
  return sql`(
    select value ->> 0 as slot_id, value ->> 1 as rule, value ->> 2 as endpoint, value ->> 3 as service
    from json_each(${JSON.stringify(rows)})
  )`;
}
