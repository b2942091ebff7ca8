import { type Kysely, sql } from 'kysely';
import type { ClientCard } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { findInventory, IS_LISTED } from './roster.js';
import type { Owner } from './sweeps.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/*
 * Looks that someone at the site of a client began, with the code of an invite, and that count like those of a sweep. Each
 * is a small sweep of its own, which is over when it is stored.
 */

/** A client, and which of its slots have an address. */
export interface SlotsAt {
  readonly card: ClientCard;
  /** Those that are an address, or a name that led there when it was last looked at. */
  readonly slots: readonly string[];
  /** All addresses of its inventory as they are written, networks too. */
  readonly addresses: readonly string[];
}

/** The last address that a row of slots is known with. */
const LAST_ADDRESS = sql`coalesce(state ->> '$.address', (
  select address from results where slot_id = slots.id and address is not null order by id desc limit 1
))`;

/** Which slots of a client have an address, by what the store knows: nothing is resolved. Null: it knows no such client. */
export async function findSlotsAt(db: Db, clientId: string, address: string): Promise<SlotsAt | null> {
  const known = await sql<{ card: string; addresses: string | null }>`
    select card, addresses, 0 as place from roster where client_id = ${clientId}
    union all select card, null, 1 from clients where id = ${clientId}
    order by place
  `.execute(db);
  const [first] = known.rows;
  if (!first) return null;
  const { rows } = await sql<{ slot: string }>`
    select slot from slots
    where client_id = ${clientId} and ${IS_LISTED} and (slot = ${address} or ${LAST_ADDRESS} = ${address})
    union
    select wanted.value from roster, json_each(roster.slots) as wanted
      where client_id = ${clientId} and wanted.value = ${address}
    order by slot
  `.execute(db);
  return {
    card: JSON.parse(first.card) as ClientCard,
    slots: rows.map(({ slot }) => slot),
    addresses: first.addresses?.split(' ') ?? [],
  };
}

/** A client as it was last checked; null if it never was. */
export async function getCard(db: Db, clientId: string): Promise<ClientCard | null> {
  const row = await db.selectFrom('clients').where('id', '=', clientId).select('card').executeTakeFirst();
  return row ? (JSON.parse(row.card) as ClientCard) : null;
}

/** What a small sweep is stored with. */
export interface SiteSweep {
  /** The id of the invite. */
  readonly invite: string;
  readonly owner: Owner;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** Stores such a sweep as finished, and returns its id. */
export async function addSiteSweep(db: Db, clientId: string, sweep: SiteSweep): Promise<number> {
  const { invite, owner, startedAt, finishedAt } = sweep;
  const inventory = (await findInventory(db, clientId)) ?? '';
  const { id } = await db
    .insertInto('sweeps')
    .values({
      ...{ invite, inventory, ...owner, filter: '{}', state: 'finished', clients: 1 },
      ...{ started_at: startedAt.getTime(), finished_at: finishedAt.getTime(), beat_at: finishedAt.getTime() },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Whether the check of an invite is stored, in whatever way. */
export async function hasCheckOf(db: Db, invite: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from sweeps where invite = ${invite} union all select 1 from invited_checks where invite = ${invite}
  `.execute(db);
  return rows.length > 0;
}

/** Whether someone at the site had a slot looked at, and the look that counts went on after a time. */
export async function wasLookedAtFromSite(db: Db, clientId: string, slot: string, since: Date): Promise<boolean> {
  const row = await db
    .selectFrom('slots')
    .innerJoin('results', 'results.slot_id', 'slots.id')
    .innerJoin('sweeps', 'sweeps.id', 'results.sweep_id')
    .where('slots.client_id', '=', clientId)
    .where('slots.slot', '=', slot)
    .where('sweeps.invite', 'is not', null)
    .where(({ eb }) => eb(eb('results.at', '+', eb.ref('results.duration_ms')), '>', since.getTime()))
    .select('results.id')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** What a look from the site came to. */
export interface SiteLook {
  readonly invite: string;
  readonly verdict: Verdict;
}

/** What those of some invites came to, where they count as looks at a client. */
export async function listSiteLooks(db: Db, clientId: string, invites: readonly string[]): Promise<SiteLook[]> {
  if (invites.length === 0) return [];
  const rows = await db
    .selectFrom('sweeps')
    .innerJoin('results', 'results.sweep_id', 'sweeps.id')
    .innerJoin('slots', 'slots.id', 'results.slot_id')
    .where('slots.client_id', '=', clientId)
    .where('sweeps.invite', 'in', invites)
    .select(['sweeps.invite', 'results.verdict'])
    .execute();
  return rows.flatMap(({ invite, verdict }) => (invite === null ? [] : [{ invite, verdict }]));
}

/** The sweeps that brought changes of which no one was alerted so far, oldest first. */
export async function listUntold(db: Db): Promise<number[]> {
  const rows = await db.selectFrom('sweeps').where('untold', '=', 1).orderBy('id').select('id').execute();
  return rows.map(({ id }) => id);
}

/** Notes whether someone has still to be alerted to what a sweep brought. */
export async function noteUntold(db: Db, sweepId: number, untold: boolean): Promise<void> {
  await db
    .updateTable('sweeps')
    .set({ untold: Number(untold) })
    .where('id', '=', sweepId)
    .execute();
}
