import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ClientCard, RosterEntry, RosterStanding } from '../../model/client.js';
import { toCardColumns } from './client-card.js';
import { isUnswept } from './migrations/unswept-clients.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** Rows of one statement. */
const BATCH = 100;

/** A client of an inventory that has addresses of which the store lists nothing. */
export interface Unswept {
  readonly client: ClientCard;
  /** Those addresses, with a space between. */
  readonly addresses: string;
  /** When one of them was last retired; ISO 8601, UTC. */
  readonly retiredAt: string | null;
  readonly standing: RosterStanding;
}

type StandingColumns = Pick<Tables['roster'], 'paused' | 'authorized' | 'until' | 'time_zone'>;

const COLUMNS = sql.raw(
  'client_id, inventory, card, group_name, search, addresses, slots, others, paused, authorized, until, time_zone',
);

/** Notes the clients of an inventory, in place of those that it had before: what they are called, too. */
export async function putRoster(
  db: Db,
  inventory: string,
  entries: Iterable<RosterEntry> | AsyncIterable<RosterEntry>,
): Promise<void> {
  await sql`create temp table roster_read as select ${COLUMNS} from roster limit 0`.execute(db);
  await fill(db, 'roster_read', inventory, entries);
  await sql`create unique index roster_read_clients on roster_read (client_id)`.execute(db);
  await sql`
    delete from roster where inventory = ${inventory} and not exists (
      select 1 from roster_read where roster_read.client_id = roster.client_id
    )
  `.execute(db);
  // Most are as they were: what is not written costs nothing.
  await sql`
    insert into roster (${COLUMNS}) select ${COLUMNS} from roster_read
    except select ${COLUMNS} from roster where true
    on conflict (client_id) do update set
      inventory = excluded.inventory, card = excluded.card, group_name = excluded.group_name,
      search = excluded.search, addresses = excluded.addresses, slots = excluded.slots,
      others = excluded.others, paused = excluded.paused, authorized = excluded.authorized, until = excluded.until,
      time_zone = excluded.time_zone
  `.execute(db);
  // Lists name a client, and find it by group and tag, as the inventory does now, and not as it did at the last check.
  await sql`
    update clients set card = roster_read.card, group_name = roster_read.group_name, search = roster_read.search
    from roster_read where clients.id = roster_read.client_id and clients.card <> roster_read.card
  `.execute(db);
  await sql`drop table roster_read`.execute(db);
}

/** Has this connection alone read the clients of an inventory in place of all that the store has noted. */
export async function showRoster(
  db: Db,
  inventory: string,
  entries: Iterable<RosterEntry> | AsyncIterable<RosterEntry>,
): Promise<void> {
  // A temporary table hides the one of the store.
  await sql`create temp table roster as select ${COLUMNS}, unswept from roster limit 0`.execute(db);
  await fill(db, 'roster', inventory, entries);
  await sql`create unique index roster_clients on roster (client_id)`.execute(db);
  await sql`update roster set unswept = ${sql.raw(isUnswept)}`.execute(db);
}

async function fill(
  db: Db,
  table: 'roster' | 'roster_read',
  inventory: string,
  entries: Iterable<RosterEntry> | AsyncIterable<RosterEntry>,
): Promise<void> {
  let rows: Omit<Tables['roster'], 'unswept'>[] = [];
  const flush = async () => {
    if (rows.length > 0)
      await db.withTables<{ roster_read: Tables['roster'] }>().insertInto(table).values(rows).execute();
    rows = [];
  };
  for await (const { client, addresses, slots, others, standing } of entries) {
    const { paused, authorization, timeZone } = standing;
    rows.push({
      ...{ client_id: client.id, inventory, ...toCardColumns(client), addresses: addresses.join(' ') },
      ...{ slots: JSON.stringify(slots), others: JSON.stringify(others) },
      ...{ paused: Number(paused), authorized: Number(authorization !== null) },
      ...{ until: authorization?.until ?? null, time_zone: timeZone },
    });
    if (rows.length === BATCH) await flush();
  }
  await flush();
}

/** Whether a row of slots is listed: it stands some way, or was looked at since it was retired. */
export const IS_LISTED = sql`(state is not null or looked_at > coalesce(retired_at, 0))`;

const quoted = (name: RawBuilder<unknown>) => sql`'"' || ${name} || '"'`;

/** A name of more than one address has slots with a number: `name#2`. */
const NAME_OF_SLOT = sql`rtrim(rtrim(slot, '0123456789'), '#')`;

/**
 * Whether the client of a row of slots, which is joined with roster, is in an inventory that does not have that address
 * or name any more.
 */
export const IS_REMOVED = sql`case
  when roster.addresses = slot or roster.others is null then false
  when instr(slot, '#') then not instr(roster.slots, ${quoted(NAME_OF_SLOT)})
  else not (instr(roster.slots, ${quoted(sql`slot`)}) or instr(roster.others, ${quoted(sql`slot`)}))
end`;

const HAS_LISTED = sql`exists (
  select 1 from slots where slots.client_id = roster.client_id and ${IS_LISTED}
)`;

/** The slots that a row of roster has to have, and that are not listed. */
const MISSING = sql`json_each(roster.slots) as wanted where not exists (
  select 1 from slots where slots.client_id = roster.client_id and slot = wanted.value and ${IS_LISTED}
)`;

/** Whether a row of roster has addresses of which nothing is listed. */
export const IS_UNSWEPT = sql`roster.unswept = 1`;

/** Those addresses of such a row, with a space between. */
export const UNSWEPT_ADDRESSES = sql`
  case when ${HAS_LISTED} then (select string_agg(wanted.value, ' ') from ${MISSING}) else roster.addresses end
`;

/** How many addresses of such a row those are; a network or a name with unknown addresses counts once. */
const UNSWEPT_COUNT = sql`
  case
    when roster.slots <> '[]' then (select count(*) from ${MISSING})
    else 1 + length(roster.addresses) - length(replace(roster.addresses, ' ', ''))
  end
`;

/** Counts the addresses of inventories of which nothing is listed, in all groups or some. */
export async function countUnswept(db: Db, groups: readonly string[] | undefined): Promise<number> {
  const { rows } = await sql<{ count: number | null }>`
    select sum(${UNSWEPT_COUNT}) as count from roster
    where ${IS_UNSWEPT} and ${groups ? sql`group_name in (${sql.join(groups)})` : sql`true`}
  `.execute(db);
  return rows[0]?.count ?? 0;
}

/** The clients of inventories that have addresses of which nothing is listed, all or some; by client. */
export async function listUnswept(db: Db, clientIds?: readonly string[]): Promise<Unswept[]> {
  type Row = StandingColumns & { card: string; unswept: string; retired: number | null };
  const { rows } = await sql<Row>`
    select card, paused, authorized, until, time_zone, ${UNSWEPT_ADDRESSES} as unswept,
      (select max(retired_at) from slots where slots.client_id = roster.client_id and state is null) as retired
    from roster
    where ${isAmong('client_id', clientIds)} and ${IS_UNSWEPT} order by client_id
  `.execute(db);
  return rows.map(({ card, unswept, retired, ...columns }) => ({
    client: JSON.parse(card) as ClientCard,
    addresses: unswept,
    retiredAt: retired === null ? null : new Date(retired).toISOString(),
    standing: toStanding(columns),
  }));
}

function isAmong(column: string, ids: readonly string[] | undefined) {
  return ids ? sql`${sql.ref(column)} in (select value from json_each(${JSON.stringify(ids)}))` : sql`true`;
}

function toStanding({ paused, authorized, until, time_zone: timeZone }: StandingColumns): RosterStanding {
  return { paused: paused === 1, authorization: authorized === 1 ? { until } : null, timeZone };
}

/** Reads what keeps clients from being checked, all or some. */
async function readLimited(db: Db, clientIds?: readonly string[]): Promise<RosterReading['limited']> {
  const { rows } = await sql<StandingColumns & { client_id: string }>`
    select client_id, paused, authorized, until, time_zone from roster
    where (paused = 1 or authorized = 0 or until is not null) and ${isAmong('client_id', clientIds)}
  `.execute(db);
  return new Map(rows.map(({ client_id, ...columns }) => [client_id, toStanding(columns)]));
}

/** The inventory (absolute path) that has a client; null if none has. */
export async function findInventory(db: Db, clientId: string): Promise<string | null> {
  const row = await db.selectFrom('roster').where('client_id', '=', clientId).select('inventory').executeTakeFirst();
  return row?.inventory ?? null;
}

/** What the noted inventories say of their clients. */
export interface RosterReading {
  /** Of clients that may not be checked for ever: paused ones, and those with no authorisation or with one that ends. */
  readonly limited: ReadonlyMap<string, RosterStanding>;
  readonly unswept: readonly Unswept[];
}

/** Reads what the noted inventories say of their clients, all or some. */
export async function readRoster(db: Db, clientIds?: readonly string[]): Promise<RosterReading> {
  return { limited: await readLimited(db, clientIds), unswept: await listUnswept(db, clientIds) };
}
