import type { Kysely, Selectable } from 'kysely';
import type { Change, ChangeKind, StoredChange } from '../../model/change.js';
import type { ClientCard } from '../../model/client.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** Where and when changes were seen. */
export interface ChangePlace {
  readonly clientId: string;
  readonly slot: string;
  readonly sweepId: number;
  /** ISO 8601. */
  readonly at: string;
}

/** A change, and the client that it is of. */
export type ChangeOfClient = StoredChange & { readonly client: ClientCard };

/** Which changes of all clients are meant. */
export interface ChangesWanted {
  readonly since: Date;
  readonly until: Date;
  readonly kinds?: readonly ChangeKind[] | undefined;
  /** Of clients of these groups. */
  readonly groups?: readonly string[] | undefined;
}

/** A part of a list; all of it by default. */
export interface Part {
  readonly offset: number;
  readonly limit: number;
}

/** How many changes there are. */
export interface ChangeCounts {
  readonly counts: ReadonlyMap<ChangeKind, number>;
  /** Clients that have some. */
  readonly clients: number;
}

/** Which changes to list; all by default. */
export interface ChangeFilter {
  readonly clientId?: string;
  readonly slot?: string;
  readonly sweepId?: number;
  readonly since?: Date;
  readonly limit?: number;
}

/** Stores changes of a slot, which has a result already. */
export async function addChanges(
  db: Db,
  { clientId, slot, sweepId, at }: ChangePlace,
  changes: readonly (Change & { readonly alerted: boolean })[],
): Promise<void> {
  if (changes.length === 0) return;
  const { id } = await db
    .selectFrom('slots')
    .where('client_id', '=', clientId)
    .where('slot', '=', slot)
    .select('id')
    .executeTakeFirstOrThrow(() => new Error(`no result of ${clientId} ${slot} is stored`));
  const rows = changes.map(({ kind, key, severity, rule, endpoint, data, alerted }) => ({
    ...{ slot_id: id, sweep_id: sweepId, at: Date.parse(at), alerted: Number(alerted) },
    ...{ kind, key, severity, rule, endpoint, data: JSON.stringify(data) },
  }));
  await db.insertInto('changes').values(rows).execute();
}

/** Lists changes, newest first. */
export async function listChanges(db: Db, filter: ChangeFilter): Promise<StoredChange[]> {
  const { clientId, slot, sweepId, since, limit } = filter;
  const rows = await db
    .selectFrom('changes')
    .innerJoin('slots', 'slots.id', 'changes.slot_id')
    .$if(clientId !== undefined, (query) => query.where('slots.client_id', '=', clientId!))
    .$if(slot !== undefined, (query) => query.where('slots.slot', '=', slot!))
    .$if(sweepId !== undefined, (query) => query.where('changes.sweep_id', '=', sweepId!))
    .$if(since !== undefined, (query) => query.where('changes.at', '>=', since!.getTime()))
    .$if(limit !== undefined, (query) => query.limit(limit!))
    .orderBy('changes.at', 'desc')
    .orderBy('changes.id', 'desc')
    .selectAll('changes')
    .select(['slots.client_id', 'slots.slot'])
    .execute();
  return rows.map(toChange);
}

/** Rows that are held in memory at once. */
const PAGE = 500;

/** The changes that are meant. */
function selectWanted(db: Db, { since, until, kinds, groups }: ChangesWanted) {
  return db
    .selectFrom('changes')
    .where('at', '>=', since.getTime())
    .where('at', '<=', until.getTime())
    .$if(kinds !== undefined, (query) => query.where('kind', 'in', kinds!))
    .$if(groups !== undefined, (query) =>
      query.where('slot_id', 'in', (own) =>
        own
          .selectFrom('slots')
          .innerJoin('clients', 'clients.id', 'slots.client_id')
          .where('group_name', 'in', groups!)
          .select('slots.id'),
      ),
    );
}

/** Counts changes of all clients. */
export async function countChanges(db: Db, wanted: ChangesWanted): Promise<ChangeCounts> {
  const changes = selectWanted(db, wanted);
  const rows = await changes
    .groupBy('kind')
    .select(['kind', db.fn.count<number>('id').as('count')])
    .execute();
  const { clients } = await changes
    .innerJoin('slots', 'slots.id', 'changes.slot_id')
    .select(db.fn.count<number>('client_id').distinct().as('clients'))
    .executeTakeFirstOrThrow();
  return { counts: new Map(rows.map((row) => [row.kind, row.count])), clients };
}

/** Changes of all clients, newest first; those of one look, which are put down worst first, in that order. */
export async function* readChanges(db: Db, wanted: ChangesWanted, part?: Part): AsyncIterable<ChangeOfClient> {
  const all = await selectWanted(db, wanted)
    .orderBy('at', 'desc')
    .orderBy('slot_id')
    .orderBy('id')
    .$if(part !== undefined, (query) => query.offset(part!.offset).limit(part!.limit))
    .select('id')
    .execute();
  for (let first = 0; first < all.length; first += PAGE) {
    const ids = all.slice(first, first + PAGE).map(({ id }) => id);
    const rows = await db
      .selectFrom('changes')
      .innerJoin('slots', 'slots.id', 'changes.slot_id')
      .innerJoin('clients', 'clients.id', 'slots.client_id')
      .where('changes.id', 'in', ids)
      // On a server, changes are kept by month.
      .where('changes.at', '>=', wanted.since.getTime())
      .where('changes.at', '<=', wanted.until.getTime())
      .orderBy('changes.at', 'desc')
      .orderBy('changes.slot_id')
      .orderBy('changes.id')
      .selectAll('changes')
      .select(['slots.client_id', 'slots.slot', 'clients.card'])
      .execute();
    for (const row of rows) yield Object.assign(toChange(row), { client: JSON.parse(row.card) as ClientCard });
  }
}

type ChangeRow = Selectable<Tables['changes']> & { readonly client_id: string; readonly slot: string };

/** Field by field: the rest of a row takes ten times as long, and lists have very many of them. */
function toChange(row: ChangeRow): StoredChange {
  return {
    id: row.id,
    slot: row.slot,
    kind: row.kind,
    key: row.key,
    severity: row.severity,
    rule: row.rule,
    endpoint: row.endpoint,
    data: JSON.parse(row.data) as unknown,
    clientId: row.client_id,
    sweepId: row.sweep_id,
    at: new Date(row.at).toISOString(),
    alerted: row.alerted === 1,
  } as StoredChange;
}

/** Notes that a change that was held back has been told. */
export async function markAlerted(db: Db, changeId: number): Promise<void> {
  await db.updateTable('changes').set({ alerted: 1 }).where('id', '=', changeId).execute();
}
