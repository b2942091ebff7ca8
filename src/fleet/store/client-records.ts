import { type Kysely, sql } from 'kysely';
import type { Client, ClientCard } from '../../model/client.js';
import { readChain } from './chain.js';
import { noteBegun, noteEnded } from './chain-register.js';
import { type CardColumns, toCardColumns } from './client-card.js';
import { StoreError } from './store-error.js';
import type { Tables } from './tables.js';
import { deleteUnusedReports } from './prune.js';

type Db = Kysely<Tables>;

/** What names a client by its id. */
const TABLES = [
  'slots',
  'waivers',
  'answers',
  'site_reports',
  'invited_checks',
  'shared_links',
  'made_codes',
  'handed_reports',
  'work',
  'left_out',
  'chains',
  'pruned_links',
] as const;

/** How much the store holds of a client. */
export interface ClientRecords {
  readonly results: number;
  readonly changes: number;
  readonly waivers: number;
  readonly answers: number;
  readonly siteReports: number;
  readonly invitedChecks: number;
}

/** Counts what the store holds of a client; null if that is nothing. */
export async function countRecords(db: Db, clientId: string): Promise<ClientRecords | null> {
  const slots = db.selectFrom('slots').where('client_id', '=', clientId).select('id');
  const rows = sql<number>`count(*)`.as('rows');
  const one = await db
    .selectNoFrom((query) => [
      query.selectFrom('clients').where('id', '=', clientId).select(rows).as('known'),
      query.selectFrom('results').where('slot_id', 'in', slots).select(rows).as('results'),
      query.selectFrom('changes').where('slot_id', 'in', slots).select(rows).as('changes'),
      query.selectFrom('waivers').where('client_id', '=', clientId).select(rows).as('waivers'),
      query.selectFrom('answers').where('client_id', '=', clientId).select(rows).as('answers'),
      query.selectFrom('site_reports').where('client_id', '=', clientId).select(rows).as('siteReports'),
      query.selectFrom('invited_checks').where('client_id', '=', clientId).select(rows).as('invitedChecks'),
    ])
    .executeTakeFirstOrThrow();
  const { known, ...records } = one as { readonly known: number } & ClientRecords;
  const { waivers, answers, siteReports, invitedChecks } = records;
  return known + waivers + answers + siteReports + invitedChecks === 0 ? null : records;
}

/** Deletes all that the store holds of a client, but messages that wait to be sent. */
export async function forgetClient(db: Db, clientId: string): Promise<void> {
  const slots = db.selectFrom('slots').where('client_id', '=', clientId).select('id');
  await db.deleteFrom('changes').where('slot_id', 'in', slots).execute();
  await db.deleteFrom('results').where('slot_id', 'in', slots).execute();
  await deleteUnusedReports(db);
  for (const table of TABLES) await db.deleteFrom(table).where('client_id', '=', clientId).execute();
  await noteEnded(db, clientId, Date.now());
  await db.deleteFrom('roster').where('client_id', '=', clientId).execute();
  await db.deleteFrom('clients').where('id', '=', clientId).execute();
}

/**
 * Gives a client another id, with all that the store holds of it.
 * @throws StoreError if the store holds something of that id already
 */
export async function renameClient(db: Db, from: string, to: string): Promise<void> {
  if ((await countRecords(db, to)) !== null) throw new StoreError(`the store has a client "${to}" already`);
  const known = await db.selectFrom('clients').where('id', '=', from).select('card').executeTakeFirst();
  if (known)
    await db
      .insertInto('clients')
      .values({ id: to, ...renameCard(known.card, to) })
      .execute();
  const works = await db.selectFrom('work').where('client_id', '=', from).select(['sweep_id', 'client']).execute();
  for (const { sweep_id, client } of works)
    await db
      .updateTable('work')
      .set({ client: JSON.stringify({ ...(JSON.parse(client) as Client), id: to }) })
      .where('sweep_id', '=', sweep_id)
      .where('client_id', '=', from)
      .execute();
  for (const table of TABLES)
    await db.updateTable(table).set({ client_id: to }).where('client_id', '=', from).execute();
  await noteEnded(db, from, Date.now());
  if ((await readChain(db, to)).link > 0) await noteBegun(db, to, Date.now());
  // An inventory that has the new id already keeps it.
  const listed = await db.selectFrom('roster').where('client_id', '=', from).selectAll().executeTakeFirst();
  if (listed)
    await db
      .insertInto('roster')
      .values({ ...listed, client_id: to, ...renameCard(listed.card, to) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  await db.deleteFrom('roster').where('client_id', '=', from).execute();
  await db.deleteFrom('clients').where('id', '=', from).execute();
}

function renameCard(card: string, id: string): CardColumns {
  return toCardColumns({ ...(JSON.parse(card) as ClientCard), id });
}

/** Lets a client, or one of its slots, stand no way any more: its history stays, and a later check begins anew. */
export async function retireClient(db: Db, clientId: string, slot: string | null, at: Date): Promise<void> {
  await db
    .updateTable('slots')
    .set({ state: null, state_rank: null, state_result_id: null, state_at: null, retired_at: at.getTime() })
    .where('client_id', '=', clientId)
    .$if(slot !== null, (query) => query.where('slot', '=', slot!))
    .execute();
}
