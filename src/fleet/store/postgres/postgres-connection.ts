import { Kysely, PostgresDialect, sql } from 'kysely';
import { type ServerPlace, showServer } from '../../../model/store-place.js';
import type { Restructuring, StoreConnection, StoredMonths, Structure } from '../connection.js';
import { StoreError } from '../store-error.js';
import type { Tables } from '../tables.js';
import { lacksMonths, makeMonths, MONTH_FUNCTIONS } from './months.js';
import { type PatientSession, PrunedMonths } from './prune-months.js';
import { Session, STANDSTILL_MS } from './session.js';
import { FUNCTIONS, MARK, translate } from './structure.js';

type Db = Kysely<Tables>;

/** Marks our locks among those of other programs on the database: `Saly`. */
const LOCK = 0x53_61_6c_79;
/** How often it is looked whether months that come have their tables. */
const MONTHS_MS = 3_600_000;
/** How long a process may stand still in a write: others wait for longer than that, and none of them fails. */
const WRITE_STANDSTILL_MS = 20_000;
/** How long a statement of upkeep may take. */
const UPKEEP_MS = 86_400_000;

/**
 * A store in a schema of a PostgreSQL database.
 *
 * One process writes at a time, as in a file: each write transaction begins with an advisory lock of the schema, which
 * the server frees where the transaction ends, however it does: also where the process was killed, or the network was
 * cut. All of a transaction's statements come after the lock, and each sees what was committed before it, so all see
 * what the transactions before wrote and nothing else: whoever claims a sweep, a message or a schedule reads and writes
 * as if alone, and a key that is to be taken once is taken once. Ids rise in the order of the commits. Locks of rows, or
 * `serializable`, would let more write at once, but would have to be repeated where they meet, which work that reads a
 * stream of clients cannot be. Reading takes no lock and waits for none. A changed structure is a write as any other.
 */
export class PostgresConnection implements StoreConnection {
  readonly kind = 'postgres';
  readonly path: string;
  readonly tables: Db;
  readonly months: StoredMonths = new PrunedMonths((work) => this.#withSession(work));
  /** A session of its own, so that reading goes on while writing waits. */
  readonly #writing: Db;
  readonly #schema: string;
  readonly #open: (statementMs?: number) => Db;
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** When it is next looked for months that come, by performance.now(). */
  #monthsDueAt = 0;

  /** Connects where something is first read, and first written. */
  constructor(place: ServerPlace) {
    this.path = showServer(place);
    this.#schema = place.schema;
    this.#open = (statementMs) =>
      new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new Session(place, statementMs) }) });
    [this.tables, this.#writing] = [this.#open(), this.#open()];
  }

  readStructure(): Promise<Structure> {
    return this.#readStructure(this.tables);
  }

  async #readStructure(db: Db): Promise<Structure> {
    const { rows } = await sql<{ tables: number; marked: number }>`
      select count(*) as tables, count(*) filter (where relname = 'structure') as marked
      from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname = ${this.#schema} and relkind in ('r', 'p', 'v', 'm', 'f')
    `.execute(db);
    const { tables, marked } = rows[0]!;
    if (tables === 0) return { owner: 'none', version: 0 };
    if (marked === 0) return { owner: 'other', version: 0 };
    const known = await sql<{ application: string; version: number }>`
      select to_jsonb(structure) ->> 'application' as application, cast(to_jsonb(structure) ->> 'version' as bigint)
        as version
      from structure
    `.execute(db);
    const { application, version } = known.rows[0] ?? { application: null, version: 0 };
    return { owner: application === 'sallyport' ? 'ours' : 'other', version };
  }

  transact<T>(work: (tables: Db) => Promise<T>): Promise<T> {
    const written = this.#lastWrite.then(() =>
      this.#writing.connection().execute(async (tables) => {
        await this.#makeMonths(tables);
        return this.#run(tables, work);
      }),
    );
    this.#lastWrite = written.catch(() => undefined);
    return written;
  }

  /** Makes the months that come. Where that fails, rows of a month are kept with the rest until it is made. */
  async #makeMonths(tables: Db): Promise<void> {
    if (performance.now() < this.#monthsDueAt) return;
    this.#monthsDueAt = performance.now() + MONTHS_MS;
    try {
      if (!(await lacksMonths(tables, new Date()))) return;
      await this.#run(tables, async (own) => {
        await sql`set local lock_timeout to 1000`.execute(own);
        await makeMonths(own);
      });
    } catch {
      // What keeps it from that keeps it from more, and tells then.
    }
  }

  /** Work with a session of its own, whose statements may take long. */
  async #withSession<T>(work: (session: PatientSession) => Promise<T>): Promise<T> {
    const db = this.#open(UPKEEP_MS);
    try {
      return await db.connection().execute((tables) =>
        work({
          path: this.path,
          write: (one) => this.#run(tables, one),
          read: (one) => runTransaction(tables, 'repeatable read', one),
        }),
      );
    } finally {
      await db.destroy();
    }
  }

  #run<T>(tables: Db, work: (tables: Db) => Promise<T>): Promise<T> {
    return runTransaction(tables, 'read committed read write', async (own) => {
      await sql`
        select pg_advisory_xact_lock(${LOCK}::int, hashtext(${this.#schema})), ${limitStandstill(WRITE_STANDSTILL_MS)}
      `.execute(own);
      return work(own);
    });
  }

  async snapshot<T>(work: (tables: Db) => Promise<T>): Promise<T> {
    return this.tables.connection().execute(async (tables) => {
      await sql`begin isolation level repeatable read read only`.execute(tables);
      try {
        return await work(tables);
      } finally {
        await sql`rollback`.execute(tables).catch(() => undefined);
      }
    });
  }

  fill<T>(days: readonly number[], work: (tables: Db) => Promise<T>): Promise<T> {
    return this.transact(async (tables) => {
      await sql`set local statement_timeout to 0`.execute(tables);
      // What is written comes from another store, which may be waited for.
      await sql`select ${limitStandstill(STANDSTILL_MS)}`.execute(tables);
      await makeMonths(tables, days);
      await this.#switchTriggers(tables, 'disable');
      const result = await work(tables);
      await this.#switchTriggers(tables, 'enable');
      await this.#analyze(tables);
      return result;
    });
  }

  async #switchTriggers(tables: Db, how: 'enable' | 'disable'): Promise<void> {
    const { rows } = await sql<{ name: string }>`
      select distinct relname as name from pg_trigger join pg_class on pg_class.oid = tgrelid
      where not tgisinternal and relnamespace = ${this.#schema}::regnamespace
    `.execute(tables);
    for (const { name } of rows) await sql`alter table ${sql.table(name)} ${sql.raw(how)} trigger user`.execute(tables);
  }

  /** The server would do so later by itself, and plan badly till then. */
  async #analyze(tables: Db): Promise<void> {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_class
      where relnamespace = ${this.#schema}::regnamespace and relkind in ('r', 'p') and not relispartition
    `.execute(tables);
    for (const { name } of rows) await sql`analyze ${sql.table(name)}`.execute(tables);
  }

  async readLastIds(tables: Db, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const ids = new Map<string, number>();
    for (const name of names) {
      const { rows } = await sql<{ id: number }>`
        select case when is_called then last_value else 0 end as id from ${sql.table(`${name}_id_seq`)}
      `.execute(tables);
      ids.set(name, rows[0]!.id);
    }
    return ids;
  }

  async setLastIds(tables: Db, ids: ReadonlyMap<string, number>): Promise<void> {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = ${this.#schema}::regnamespace and relkind in ('r', 'p') and not relispartition
        and attname = 'id' and attidentity <> ''
    `.execute(tables);
    for (const { name } of rows) {
      await sql`
        select setval(${`${name}_id_seq`}::regclass, nullif(last, 0)) from (
          select greatest(${ids.get(name) ?? 0}::bigint, (select max(id) from ${sql.table(name)})) as last
        ) as given
      `.execute(tables);
    }
  }

  restructure(work: (change: Restructuring) => Promise<void>): Promise<void> {
    return this.#withSession((session) =>
      session.write(async (tables) => {
        await this.#makeSchema(tables);
        await work({
          tables,
          readStructure: () => this.#readStructure(tables),
          run: async (statements) => void (await sql.raw(translate(statements)).execute(tables)),
          mark: async (version) => void (await sql`update structure set version = ${version}`.execute(tables)),
        });
      }),
    );
  }

  /** What is there before the first step, and what may be newer than the last. */
  async #makeSchema(tables: Db): Promise<void> {
    const { rows } = await sql`select 1 from pg_namespace where nspname = ${this.#schema}`.execute(tables);
    if (rows.length === 0) await sql`create schema ${sql.id(this.#schema)}`.execute(tables);
    const { owner } = await this.#readStructure(tables);
    if (owner === 'other') return;
    if (owner === 'none') await sql.raw(MARK).execute(tables);
    await sql.raw(FUNCTIONS + MONTH_FUNCTIONS).execute(tables);
  }

  async measure(): Promise<number> {
    const { rows } = await sql<{ bytes: number | null }>`
      select sum(pg_total_relation_size(pg_class.oid)) as bytes
      from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname = ${this.#schema} and relkind = 'r'
    `.execute(this.tables);
    return rows[0]!.bytes ?? 0;
  }

  /** The server's own affair: its checksums, and `pg_amcheck`. */
  findDamage(): Promise<string[]> {
    return Promise.resolve([]);
  }

  /** The server takes no row that refers to none, and keeps every row that is referred to. */
  findStrays(): Promise<string[]> {
    return Promise.resolve([]);
  }

  /** The server does so by itself (autovacuum). */
  reclaim(): Promise<void> {
    return Promise.resolve();
  }

  backUp(): Promise<void> {
    const why =
      `a store on a server is backed up with the server's own tools, such as pg_dump --schema=${this.#schema}; or copy ` +
      'it into a file with "sallyport store copy"';
    return Promise.reject(new StoreError(why));
  }

  async close(): Promise<void> {
    await this.#lastWrite;
    await Promise.all([this.tables.destroy(), this.#writing.destroy()]);
  }
}

/** Has the server end this transaction where it stands still for so long. */
const limitStandstill = (ms: number) => sql`set_config('idle_in_transaction_session_timeout', ${String(ms)}, true)`;

async function runTransaction<T>(
  tables: Db,
  isolation: 'read committed read write' | 'repeatable read',
  work: (tables: Db) => Promise<T>,
): Promise<T> {
  try {
    await sql`begin isolation level ${sql.raw(isolation)}`.execute(tables);
    const result = await work(tables);
    await sql`commit`.execute(tables);
    return result;
  } catch (error) {
    // A session that was cut off has undone it by itself.
    await sql`rollback`.execute(tables).catch(() => undefined);
    throw error;
  }
}
