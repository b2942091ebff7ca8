import { type Kysely, sql } from 'kysely';
import type { SlotState } from '../../model/change.js';
import type { ClientCard } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { SEVERITIES } from '../../model/severity.js';
import { decodeTarget } from './report-body.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** The state of a slot of a client. */
export interface ClientStatus {
  readonly client: ClientCard;
  readonly slot: string;
  readonly state: SlotState;
  /** The look that it is known from, and its time: ISO 8601, UTC. */
  readonly resultId: number;
  readonly at: string;
  /** When a look last came to the verdict of the state: ISO 8601, UTC. */
  readonly seenAt: string;
  /** Why that look sent nothing, such as a name that did not resolve; null if it was a check. */
  readonly problem: string | null;
}

/** A slot of which nothing is known, although it was looked at. */
export interface UncountedSlot {
  readonly client: ClientCard;
  readonly slot: string;
  /** Of its newest look: ISO 8601, UTC. */
  readonly at: string;
}

/** Rows that are held in memory at once. */
const PAGE = 256;

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

/** How slots are ordered: by verdict, and within one by severity. */
export const RANK_OF: Readonly<Record<Verdict, number>> = { violation: 0, inconclusive: 10, compliant: 20 };

/** By verdict, then by the worst that no one has accepted. */
function rankState({ verdict, issues }: SlotState): number {
  const open = Object.values(issues).filter(({ waived }) => !waived);
  const worst = Math.min(...open.map(({ severity }) => SEVERITIES.indexOf(severity)), SEVERITIES.length);
  return RANK_OF[verdict] + worst;
}

/** The groups of all clients, by name. */
export async function listGroups(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('clients')
    .select(sql<string | null>`json_extract(card, '$.group')`.as('group'))
    .distinct()
    .execute();
  return rows.flatMap(({ group }) => (group === null ? [] : [group])).sort();
}

/** The tags of all clients, by name. */
export async function listTags(db: Db): Promise<string[]> {
  const { rows } = await sql<{ tag: string }>`
    select distinct tags.value as tag from clients, json_each(clients.card, '$.tags') as tags order by tag
  `.execute(db);
  return rows.map(({ tag }) => tag);
}

/** How all slots stand, or those of one client, the worst first, then by client; a page at a time: those known at the beginning. */
export async function* readClientStates(db: Db, clientId?: string): AsyncIterable<ClientStatus> {
  const all = await db
    .selectFrom('slots')
    .where('state', 'is not', null)
    .$if(clientId !== undefined, (query) => query.where('client_id', '=', clientId!))
    .orderBy('state_rank')
    .orderBy('client_id')
    .orderBy('slot')
    .select('id')
    .execute();
  for (let first = 0; first < all.length; first += PAGE) {
    const ids = all.slice(first, first + PAGE).map(({ id }) => id);
    const rows = await db
      .selectFrom('slots')
      .innerJoin('clients', 'clients.id', 'slots.client_id')
      .innerJoin('results', 'results.id', 'slots.state_result_id')
      .where('slots.id', 'in', ids)
      .select(['slots.id', 'slots.slot', 'slots.state', 'slots.state_result_id', 'slots.state_at', 'clients.card'])
      .select(['results.address', 'results.target'])
      .select((query) =>
        query
          .selectFrom('results as looks')
          .whereRef('looks.slot_id', '=', 'slots.id')
          .where('looks.final', '=', 1)
          .whereRef('looks.verdict', '=', sql`json_extract(slots.state, '$.verdict')`)
          // Mostly the newest look, so that no other is read.
          .orderBy('looks.at', 'desc')
          .limit(1)
          .select('looks.at')
          .as('seen_at'),
      )
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = byId.get(id);
      if (!row) continue;
      yield {
        client: JSON.parse(row.card) as ClientCard,
        slot: row.slot,
        state: JSON.parse(row.state!) as SlotState,
        resultId: row.state_result_id!,
        at: new Date(row.state_at!).toISOString(),
        seenAt: new Date(row.seen_at ?? row.state_at!).toISOString(),
        problem: row.address === null ? decodeTarget(row.address, row.target).problem : null,
      };
    }
  }
}

/** The slots of which no look has counted so far: we could not see, or a second look is still to come. By client. */
export async function listUncounted(db: Db): Promise<UncountedSlot[]> {
  const rows = await db
    .selectFrom('slots')
    .innerJoin('clients', 'clients.id', 'slots.client_id')
    .innerJoin('results', 'results.slot_id', 'slots.id')
    .where('slots.state', 'is', null)
    .whereRef('results.at', '>', (query) => query.fn.coalesce('slots.retired_at', query.lit(0)))
    .groupBy('slots.id')
    .orderBy('slots.client_id')
    .orderBy('slots.slot')
    .select(['slots.slot', 'clients.card'])
    .select(({ fn }) => fn.max('results.at').as('at'))
    .execute();
  return rows.map(({ slot, card, at }) => ({
    client: JSON.parse(card) as ClientCard,
    slot,
    at: new Date(at).toISOString(),
  }));
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
