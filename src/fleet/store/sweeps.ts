import type { Kysely, Selectable } from 'kysely';
import { noteLeftOut, type LeavingOut } from './sweep-tally.js';
import type { Tables } from './tables.js';
import type { Client } from '../../model/client.js';

type Db = Kysely<Tables>;

/** The process that runs a sweep. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
}

/** What a sweep is to look at, and who runs it. */
export interface SweepPlan {
  /** Absolute path of the inventory. */
  readonly inventory: string;
  /** Which of its clients; told to people, and to anyone who continues it. */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly owner: Owner;
  readonly startedAt: Date;
}

/** A sweep as the store knows it. Times are ISO 8601, UTC. */
export interface Sweep {
  readonly id: number;
  readonly inventory: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly owner: Owner;
  /** interrupted: was ended before its end, and someone may continue it. */
  readonly state: 'running' | 'finished' | 'interrupted';
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** When its owner last said to be alive. */
  readonly beatAt: string;
  readonly clients: number;
  /** Clients that are still to be looked at. */
  readonly remaining: number;
  /** The id of the invite by which someone at the site began it, for one client; null: a sweep of an inventory. */
  readonly invite: string | null;
}

/** A client that a sweep has still to look at. */
export interface Work {
  readonly position: number;
  readonly client: Client;
}

/** An owner that has been silent for so long is gone. */
const SILENCE_MS = 60_000;

/** Sweeps under way that are told of. */
const MAX_RUNNING = 20;

/** Rows of one statement. */
const BATCH = 100;

/** Stores a sweep and its clients, in random order, without those that `leaveOut` gives a reason for. */
export async function beginSweep(
  db: Db,
  { inventory, filter, owner, startedAt }: SweepPlan,
  clients: Iterable<Client> | AsyncIterable<Client>,
  leaveOut: (client: Client) => LeavingOut | null,
): Promise<Sweep> {
  const at = startedAt.getTime();
  const { id } = await db
    .insertInto('sweeps')
    .values({
      inventory,
      filter: JSON.stringify(filter),
      ...owner,
      state: 'running',
      started_at: at,
      finished_at: null,
      beat_at: at,
      clients: 0,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const nextPosition = createPositions();
  let rows: Tables['work'][] = [];
  let count = 0;
  const flush = async () => {
    if (rows.length > 0) await db.insertInto('work').values(rows).execute();
    count += rows.length;
    rows = [];
  };
  for await (const client of clients) {
    const leaving = leaveOut(client);
    if (leaving) {
      await noteLeftOut(db, id, client, leaving);
      continue;
    }
    rows.push({ sweep_id: id, position: nextPosition(), client_id: client.id, client: JSON.stringify(client) });
    if (rows.length === BATCH) await flush();
  }
  await flush();
  await db.updateTable('sweeps').set({ clients: count }).where('id', '=', id).execute();
  return (await getSweep(db, id))!;
}

/** Gives a sweep that no one runs to an owner, who runs here; false if someone runs it, or it is finished. */
export async function claimSweep(db: Db, id: number, owner: Owner, now: Date): Promise<boolean> {
  const row = await db.selectFrom('sweeps').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row || row.state === 'finished' || (row.state === 'running' && isAlive(row, owner.host, now))) return false;
  await db
    .updateTable('sweeps')
    .set({ ...owner, state: 'running', finished_at: null, beat_at: now.getTime() })
    .where('id', '=', id)
    .execute();
  return true;
}

/** Whether a process is still there that said so at a time. */
export function isAlive(
  { host, pid, beat_at }: Pick<Selectable<Tables['sweeps']>, 'host' | 'pid' | 'beat_at'>,
  ourHost: string,
  now: Date,
): boolean {
  // A beat that is still to come was noted while the clock was ahead, and proves nothing.
  if (Math.abs(now.getTime() - beat_at) >= SILENCE_MS) return false;
  return host !== ourHost || exists(pid, beat_at);
}

/** Whether a process of this machine exists that can have lived at a time. In a container all have the same id. */
function exists(pid: number, atMs: number): boolean {
  if (pid === process.pid) return atMs >= Math.floor(performance.timeOrigin);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * The newest sweep of an inventory that is not finished, whether someone runs it or not. One that a later finished
 * sweep of the same clients has overtaken is forgotten.
 */
export async function findUnfinished(db: Db, inventory: string): Promise<Sweep | null> {
  const row = await selectSweeps(db)
    .where('inventory', '=', inventory)
    .where('state', '<>', 'finished')
    .where((query) =>
      query.not(
        query.exists(
          query
            .selectFrom('sweeps as later')
            .whereRef('later.id', '>', 'sweeps.id')
            .whereRef('later.inventory', '=', 'sweeps.inventory')
            .whereRef('later.filter', '=', 'sweeps.filter')
            .where('later.state', '=', 'finished')
            .select('later.id'),
        ),
      ),
    )
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? toSweep(row) : null;
}

/** Notes that the owner of a sweep is alive; false, where one is named, if it is no longer that one's. */
export async function beat(db: Db, id: number, at: Date, owner: Owner | null): Promise<boolean> {
  if (owner && !(await isRunBy(db, id, owner))) return false;
  await db.updateTable('sweeps').set({ beat_at: at.getTime() }).where('id', '=', id).execute();
  return true;
}

/** Whether a sweep is under way, and someone has not given it to another one. */
async function isRunBy(db: Db, id: number, { host, pid }: Owner): Promise<boolean> {
  const row = await db.selectFrom('sweeps').select(['state', 'host', 'pid']).where('id', '=', id).executeTakeFirst();
  return row?.state === 'running' && row.host === host && row.pid === pid;
}

/** How a sweep ends. */
export interface SweepEnding {
  readonly state: 'finished' | 'interrupted';
  readonly at: Date;
  /** Who ends it: nothing is done if it is no longer that one's. Whoever it is, where none is named. */
  readonly owner?: Owner;
}

/** Ends a sweep. What a finished one had still to do is forgotten; an interrupted one can be continued. */
export async function finishSweep(db: Db, id: number, { state, at, owner }: SweepEnding): Promise<void> {
  if (owner && !(await isRunBy(db, id, owner))) return;
  if (state === 'finished') {
    await db.deleteFrom('work').where('sweep_id', '=', id).execute();
    await db.deleteFrom('left_out').where('sweep_id', '=', id).execute();
  }
  await db.updateTable('sweeps').set({ state, finished_at: at.getTime() }).where('id', '=', id).execute();
}

export async function getSweep(db: Db, id: number): Promise<Sweep | null> {
  const row = await selectSweeps(db).where('id', '=', id).executeTakeFirst();
  return row ? toSweep(row) : null;
}

/** The newest sweeps, newest first: all, or only those of inventories. */
export async function listSweeps(db: Db, limit: number, of: 'all' | 'inventories'): Promise<Sweep[]> {
  const wanted = selectSweeps(db).$if(of === 'inventories', (query) => query.where('invite', 'is', null));
  return (await wanted.orderBy('id', 'desc').limit(limit).execute()).map(toSweep);
}

function selectSweeps(db: Db) {
  return db
    .selectFrom('sweeps')
    .selectAll()
    .select((query) =>
      query
        .selectFrom('work')
        .whereRef('work.sweep_id', '=', 'sweeps.id')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('remaining'),
    );
}

type SweepRow = Awaited<ReturnType<ReturnType<typeof selectSweeps>['execute']>>[number];

function toSweep({ id, inventory, filter, host, pid, state, clients, remaining, invite, ...times }: SweepRow): Sweep {
  return {
    id,
    inventory,
    filter: JSON.parse(filter) as Sweep['filter'],
    owner: { host, pid },
    state,
    startedAt: new Date(times.started_at).toISOString(),
    finishedAt: times.finished_at === null ? null : new Date(times.finished_at).toISOString(),
    beatAt: new Date(times.beat_at).toISOString(),
    clients,
    remaining: remaining ?? 0,
    invite,
  };
}

/** The next clients that a sweep has to look at, by position; positions begin with 1. */
export async function nextWork(db: Db, sweepId: number, after: number, limit: number): Promise<Work[]> {
  const rows = await db
    .selectFrom('work')
    .where('sweep_id', '=', sweepId)
    .where('position', '>', after)
    .orderBy('position')
    .limit(limit)
    .select(['position', 'client'])
    .execute();
  return rows.map(({ position, client }) => ({ position, client: JSON.parse(client) as Client }));
}

/** Notes that a sweep is done with a client. */
export async function finishClient(db: Db, sweepId: number, clientId: string): Promise<void> {
  await db.deleteFrom('work').where('sweep_id', '=', sweepId).where('client_id', '=', clientId).execute();
}

/**
 * Creates what gives each client of a sweep another position, from 1 to 2^32, in an order that no one can tell: they
 * are given out as the clients come, without a list of them. MurmurHash3's mixing of 32 bits can be undone, so two
 * numbers never come out as the same.
 */
function createPositions(random: () => number = Math.random): () => number {
  let next = Math.floor(random() * 2 ** 32);
  return () => {
    let bits = next++ | 0;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) + 1;
  };
}

/** When a schedule ran last; null if it never did. */
export async function lastRun(db: Kysely<Tables>, key: string): Promise<Date | null> {
  const row = await db.selectFrom('runs').where('key', '=', key).select('at').executeTakeFirst();
  return row ? new Date(row.at) : null;
}

export async function noteRun(db: Kysely<Tables>, key: string, at: Date): Promise<void> {
  await db
    .insertInto('runs')
    .values({ key, at: at.getTime() })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ at: at.getTime() }))
    .execute();
}

/** Whether a store has something new, and what is under way. */
export interface Pulse {
  /** Another one whenever results, changes, waivers, answers or sweeps are added. */
  readonly version: string;
  readonly sweeps: readonly Pick<Sweep, 'id' | 'startedAt' | 'clients' | 'remaining'>[];
}

/** Reads what tells whether anything is new: cheap enough to be asked each second. */
export async function readPulse(db: Db, now: Date): Promise<Pulse> {
  const running = await db
    .selectFrom('sweeps')
    .where('state', '=', 'running')
    .where('beat_at', '>', now.getTime() - SILENCE_MS)
    .orderBy('id', 'desc')
    .limit(MAX_RUNNING)
    .select('id')
    .execute();
  const newest = async (table: 'results' | 'changes' | 'waivers' | 'answers' | 'sweeps' | 'site_reports') =>
    (
      await db
        .selectFrom(table)
        .select(({ fn }) => fn.max('id').as('id'))
        .executeTakeFirst()
    )?.id ?? 0;
  const sweeps: Pulse['sweeps'][number][] = [];
  for (const { id } of running) {
    const sweep = await getSweep(db, id);
    if (sweep) sweeps.push({ id, startedAt: sweep.startedAt, clients: sweep.clients, remaining: sweep.remaining });
  }
  const ids: number[] = [];
  for (const table of ['results', 'changes', 'waivers', 'answers', 'sweeps', 'site_reports'] as const)
    ids.push(await newest(table));
  return { version: ids.join('.'), sweeps };
}
