import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { SlotState } from '../../model/change.js';
import type { ClientCard } from '../../model/client.js';
import { type LapsedSlot, RANK, selectLapsedRanks } from './lapsed-slots.js';
import { IS_LISTED, IS_REMOVED, listUnswept, type Unswept } from './roster.js';
import { RANK_OF } from './states.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** How a slot of a client stands. */
export interface ClientStatus {
  readonly client: ClientCard;
  readonly slot: string;
  readonly state: SlotState;
  /** The look that it is known from, and its time: ISO 8601, UTC. */
  readonly resultId: number;
  readonly at: string;
  /** When a look last came to this verdict: ISO 8601, UTC. */
  readonly seenAt: string;
  /** Why the newest look sent nothing, such as a name that did not resolve; null if it was a check. */
  readonly problem: string | null;
}

/** A listed slot: it stands some way, or looks at it have not counted yet, and nothing is known of it. */
export type PlaceStatus = Omit<ClientStatus, 'state' | 'resultId' | 'at' | 'seenAt'> & {
  readonly [K in 'state' | 'resultId' | 'at' | 'seenAt']: ClientStatus[K] | null;
} & {
  readonly id: number;
  /** When it was last looked at, whatever came of it; ms since 1970. */
  readonly lookedAt: number;
  /** `removed`: its client is in an inventory that does not have it any more; `gone`: no inventory has its client. */
  readonly absence: Absence | null;
};

export type Absence = 'removed' | 'gone';

/** The ids of listed slots, the worst first, then by client. */
export interface Places {
  /** Where a violation stands, and what is not known. */
  readonly bad: readonly number[];
  /** What is compliant, but was not looked at for long, or may not be looked at any more. */
  readonly doubtful: readonly number[];
  readonly well: readonly number[];
}

/** Rows that are held in memory at once. */
const PAGE = 300;

/** Which listed slots are sorted: all, or those of one client. */
interface PlacesWanted {
  /** What was last looked at before this was not for long. */
  readonly staleBefore: Date;
  /** Those of which something is accepted no more. */
  readonly lapsed: readonly LapsedSlot[];
  readonly clientId?: string | undefined;
}

/** Sorts listed slots. */
export async function listPlaces(db: Db, { staleBefore, lapsed, clientId }: PlacesWanted): Promise<Places> {
  // As one text for each rank: a row for each slot would take many times the memory.
  const { rows } = await sql<{ rank: number | null; doubtful: number; ids: string }>`
    select rank, doubtful, string_agg(cast(id as text), ',' order by client_id, slot) as ids
    from (
      select
        id, slots.client_id, slot, ${RANK} as rank,
        ${isDoubtful(staleBefore)} as doubtful
      from ${selectSlots(lapsed)}
      where ${IS_LISTED}
        and ${clientId === undefined ? sql`true` : sql`slots.client_id = ${clientId}`}
    ) as listed
    group by rank, doubtful
  `.execute(db);
  const sorted = rows.sort((a, b) => orderOf(a.rank) - orderOf(b.rank));
  const read = (chosen: typeof rows) => chosen.flatMap(({ ids }) => JSON.parse(`[${ids}]`) as number[]);
  const isCompliant = ({ rank }: { rank: number | null }) => rank !== null && rank >= RANK_OF.compliant;
  return {
    bad: read(sorted.filter((row) => !isCompliant(row))),
    doubtful: read(sorted.filter((row) => isCompliant(row) && row.doubtful === 1)),
    well: read(sorted.filter((row) => isCompliant(row) && row.doubtful === 0)),
  };
}

/** Slots, each with what an inventory says of its client, if one has it, and how it is ordered by what has lapsed. */
export function selectSlots(lapsed: readonly LapsedSlot[]): RawBuilder<unknown> {
  const ranks = selectLapsedRanks(lapsed);
  return sql`slots left join roster on roster.client_id = slots.client_id left join ${ranks} on lapsed_id = slots.id`;
}

/** Whether such a slot is compliant. */
export const IS_COMPLIANT = sql`coalesce(${RANK} >= ${sql.lit(RANK_OF.compliant)}, false)`;

/** Whether no inventory has the client of such a slot any more, or the client has the slot no more. */
export const IS_GONE = sql`(${IS_REMOVED} or (roster.client_id is null and exists (select 1 from roster)))`;

/** Whether such a slot is compliant, but was not looked at for long, or may not be looked at any more. */
export function isDoubtful(staleBefore: Date): RawBuilder<unknown> {
  return sql`(
    ${IS_COMPLIANT} and (
      coalesce(seen_at, looked_at) < ${staleBefore.getTime()} or ${IS_GONE} or coalesce(paused = 1 or authorized = 0, false)
        or coalesce(until <= ${new Date().toISOString().slice(0, 10)}, false)
    )
  )`;
}

/**
 * The order of a rank: violations that stand by severity, whether the last look could determine them or not; then what
 * is not known otherwise, and what is compliant.
 */
function orderOf(rank: number | null): number {
  if (rank === null) return RANK_OF.compliant - 1;
  const [severity, unknown] = [rank % RANK_OF.inconclusive, rank >= RANK_OF.inconclusive];
  if (rank >= RANK_OF.compliant) return rank;
  return severity + (unknown ? 0.5 : 0);
}

/** How slots stand, in the order given, a page at a time; what was deleted meanwhile is left out. */
export async function* readPlaces(db: Db, ids: readonly number[]): AsyncGenerator<PlaceStatus[]> {
  // One for each column: what a list was last seen at is of few minutes, whenever its states began.
  const times = { state: new TimeWriter(), seen: new TimeWriter() };
  for (let first = 0; first < ids.length; first += PAGE) {
    const page = ids.slice(first, first + PAGE);
    const rows = new Map((await selectPage(db, page)).map((row) => [row[0], row]));
    yield page.flatMap((id) => {
      const row = rows.get(id);
      return row ? [toStatus(row, times)] : [];
    });
  }
}

type PageRow = readonly [
  id: number,
  slot: string,
  card: ClientCard,
  state: SlotState | null,
  resultId: number | null,
  stateAt: number | null,
  seenAt: number | null,
  lookedAt: number,
  problem: string | null,
  absence: Absence | null,
];

async function selectPage(db: Db, page: readonly number[]): Promise<readonly PageRow[]> {
  // One statement for all pages: numbers of parameters that vary would each be prepared anew. And one text of all rows:
  // handing over each value, and parsing each text, takes twice the time.
  const ids: RawBuilder<unknown> = sql`select cast(value as bigint) from json_each(${JSON.stringify(page)})`;
  const { rows } = await sql<{ page: string | null }>`
    select string_agg('[' || concat_ws(',',
      slots.id, json_quote(slot), coalesce(roster.card, (select card from clients where clients.id = slots.client_id)),
      coalesce(state, 'null'), json_quote(state_result_id), json_quote(state_at),
      json_quote(coalesce(seen_at, state_at)), coalesce(checked_at, looked_at), json_quote(problem),
      case when not ${IS_GONE} then 'null' when ${IS_REMOVED} then '"removed"' else '"gone"' end
    ) || ']', ',') as page
    from slots left join roster on roster.client_id = slots.client_id
    where slots.id in (${ids})
  `.execute(db);
  return JSON.parse(`[${rows[0]!.page ?? ''}]`) as PageRow[];
}

const MINUTE_MS = 60_000;

/** Writes times as `toISOString` does, which takes as long as all else of a row: most of a list are of few minutes. */
export class TimeWriter {
  #minute = NaN;
  #written = '';

  /** @param at ms since 1970 */
  write(at: number): string {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#written = new Date(minute).toISOString().slice(0, -'ss.sssZ'.length);
    }
    return `${this.#written}${((at - minute) / 1_000).toFixed(3).padStart(6, '0')}Z`;
  }
}

function toStatus(
  [id, slot, client, state, resultId, stateAt, seenAt, lookedAt, problem, absence]: PageRow,
  times: { readonly state: TimeWriter; readonly seen: TimeWriter },
): PlaceStatus {
  const at = stateAt === null ? null : times.state.write(stateAt);
  return {
    ...{ id, client, slot, state, resultId, at, lookedAt, problem, absence },
    seenAt: seenAt === null ? null : times.seen.write(seenAt),
  };
}

/** How all slots stand of which something is known, or those of one client, the worst first, then by client. */
export async function* readClientStates(db: Db, clientId?: string): AsyncIterable<ClientStatus> {
  const { bad, doubtful, well } = await listPlaces(db, { staleBefore: new Date(0), lapsed: [], clientId });
  for await (const page of readPlaces(db, [...bad, ...doubtful, ...well])) {
    for (const { id: _id, lookedAt: _at, absence: _absence, state, resultId, at, seenAt, ...rest } of page)
      if (state && resultId !== null && at && seenAt) yield { ...rest, state, resultId, at, seenAt };
  }
}

/** Characters of the longest id and slot of clients. */
export async function measureClients(db: Db): Promise<{ readonly id: number; readonly address: number }> {
  const { rows } = await sql<{ id: number | null; address: number | null }>`
    select max(length(client_id)) as id, max(length(slot)) as address from slots
    union all select max(length(client_id)), max(length(addresses)) from roster
  `.execute(db);
  const longest = (key: 'id' | 'address') => Math.max(0, ...rows.map((row) => row[key] ?? 0));
  return { id: longest('id'), address: longest('address') };
}

/** What of a client no look has counted of, and what it has no more. */
export interface Unchecked {
  /** Listed slots that its inventory does not have any more. */
  readonly removed: readonly string[];
  /** Listed slots where no inventory has the client any more. */
  readonly gone: readonly string[];
  /** Listed slots. */
  readonly uncounted: readonly string[];
  /** What its inventory has, and the store does not list. */
  readonly unswept: readonly Unswept[];
}

/** Lists the addresses of a client of which no look has counted, or that no inventory has any more. */
export async function listUnchecked(db: Db, clientId: string): Promise<Unchecked> {
  const { rows } = await sql<{ slot: string; why: 'removed' | 'gone' | 'uncounted' }>`
    select slot, case when ${IS_REMOVED} then 'removed' when ${IS_GONE} then 'gone' else 'uncounted' end as why
    from slots left join roster on roster.client_id = slots.client_id
    where slots.client_id = ${clientId} and ${IS_LISTED} and (checked_at is null or ${IS_GONE}) order by slot
  `.execute(db);
  const listWhere = (why: (typeof rows)[number]['why']) =>
    rows.filter((row) => row.why === why).map(({ slot }) => slot);
  return {
    removed: listWhere('removed'),
    gone: listWhere('gone'),
    uncounted: listWhere('uncounted'),
    unswept: await listUnswept(db, [clientId]),
  };
}
