import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SlotState } from '../../model/change.js';
import { rankState } from './states.js';
import type { Tables } from './tables.js';

/*
 * What is accepted no more counts, though no check has found it since: neither the state of its slot nor what is kept for
 * lists knows of it.
 */

/** Has count what was accepted in a state of a client, and is no more. */
export type Lapse = (state: SlotState, clientId: string) => SlotState;

/** A slot with something that was accepted, and is no more. */
export interface LapsedSlot {
  readonly id: number;
  /** As it is ordered with them. */
  readonly rank: number;
  /** Nothing answered there, which is accepted no more. */
  readonly noAnswer: boolean;
  /** Of each issue: rule, endpoint and service. */
  readonly issues: readonly (readonly [rule: string, endpoint: string | null, service: string | null])[];
}

/** Reads the slots of which something is accepted no more: of all others nothing is read, by an index of their own. */
export async function readLapsed(db: Kysely<Tables>, lapse: Lapse): Promise<LapsedSlot[]> {
  const { rows } = await sql<{ id: number; client_id: string; state: string }>`
    select id, client_id, state from slots
    where instr(state, '"waived":true') or instr(state, '"silence":{')
  `.execute(db);
  return rows.flatMap(({ id, client_id, state }) => {
    const before = JSON.parse(state) as SlotState;
    const after = lapse(before, client_id);
    const issues = Object.entries(after.issues)
      .filter(([key, { waived }]) => !waived && before.issues[key]!.waived)
      .map(([, { rule, endpoint, data }]) => [rule, endpoint, serviceOf(data)] as const);
    return after === before ? [] : [{ id, rank: rankState(after), noAnswer: after.noAnswer ?? false, issues }];
  });
}

function serviceOf(data: Readonly<Record<string, unknown>>): string | null {
  return (data['service'] as { id?: string } | undefined)?.id ?? null;
}

/** Rows of `lapsed_id`, `lapsed_rank` and `lapsed_no_answer`. */
export function selectLapsedRanks(lapsed: readonly LapsedSlot[]): RawBuilder<unknown> {
  const ranks = JSON.stringify(lapsed.map(({ id, rank, noAnswer }) => [id, rank, Number(noAnswer)]));
  return sql`(
    select cast(value ->> 0 as bigint) as lapsed_id, cast(value ->> 1 as bigint) as lapsed_rank,
      cast(value ->> 2 as bigint) as lapsed_no_answer
    from json_each(${ranks})
  ) as lapsed`;
}

/** How a slot that is joined with them is ordered. */
export const RANK = sql`coalesce(lapsed_rank, state_rank)`;

/** Whether nothing answered there. */
export const NO_ANSWER = sql`coalesce(lapsed_no_answer, no_answer)`;

/** Rows of `slot_id`, `rule`, `endpoint` and `service`. */
export function selectLapsedIssues(lapsed: readonly LapsedSlot[]): RawBuilder<unknown> {
  const rows = lapsed.flatMap(({ id, issues }) => issues.map((issue) => [id, ...issue]));
  return sql`(
    select cast(value ->> 0 as bigint) as slot_id, value ->> 1 as rule, value ->> 2 as endpoint, value ->> 3 as service
    from json_each(${JSON.stringify(rows)})
  ) as lapsed`;
}
