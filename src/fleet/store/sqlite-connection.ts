import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Restructuring, StoreConnection, Structure } from './connection.js';
import { isLocked, tellTrouble } from './sqlite-trouble.js';
import { backUpFile, findFileDamage, findStrays, readLastIds, setLastIds, withoutTriggers } from './sqlite-upkeep.js';
import { StoreError } from './store-error.js';
import type { Tables } from './tables.js';

/** How long another process' write is waited for. */
const PATIENCE_MS = 30_000;
/** How often a locked database is tried again. */
const RETRY_MS = { least: 1, most: 12 } as const;
/** Statements kept prepared: more than the store has, and a bound for those that vary in length. */
const MAX_STATEMENTS = 250;
/** SQLite before it could corrupt a database with a write-ahead log (https://sqlite.org/wal.html#walresetbug). */
const OLDEST_SQLITE = [3, 51, 3] as const;

/** How a transaction begins: `deferred` only reads, `exclusive` keeps others from reading too. */
type Mode = 'deferred' | 'immediate' | 'exclusive';

/** Marks a database as ours, in its header: `Saly`. */
export const APPLICATION_ID = 0x53_61_6c_79;

/** One connection to a database file: queries through kysely, writes one after another. */
export class SqliteConnection implements StoreConnection {
  readonly kind = 'sqlite';
  readonly months = null;
  readonly tables: Kysely<Tables>;
  readonly #database: DatabaseSyncInstance;
  readonly #file: string;
  #lastWrite: Promise<unknown> = Promise.resolve();

  /** Opens or creates a file, and changes nothing in it. */
  constructor(readonly path: string) {
    const options = { timeout: PATIENCE_MS, enableForeignKeyConstraints: true };
    this.#database = tellTrouble(path, () => new DatabaseSync(path, options));
    this.#file = nameFile(path);
    assertVersion(String(this.#readValue('select sqlite_version()')));
    this.tables = new Kysely({ dialect: new SqliteDialect({ database: adapt(path, this.#database) }) });
  }

  /** Runs statements that give nothing back. */
  execute(sql: string): void {
    tellTrouble(this.path, () => this.#database.exec(sql));
  }

  /** Reads one number. */
  readNumber(sql: string): number {
    return Number(this.#readValue(sql));
  }

  #readValue(sql: string): unknown {
    const row = tellTrouble(this.path, (): unknown => this.#database.prepare(sql).get());
    return Object.values(row as object)[0];
  }

  readStructure(): Promise<Structure> {
    return retryWhileLocked(() => readFileStructure((sql) => this.readNumber(sql)));
  }

  transact<T>(work: (tables: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#transact('immediate', work);
  }

  restructure(work: (change: Restructuring) => Promise<void>): Promise<void> {
    return this.#transact('exclusive', (tables) =>
      work({
        tables,
        readStructure: () => this.readStructure(),
        run: (statements) => {
          this.execute(typeof statements === 'string' ? statements : statements.sqlite);
          return Promise.resolve();
        },
        mark: (version) => {
          this.execute(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${version}`);
          return Promise.resolve();
        },
      }),
    );
  }

  #transact<T>(mode: Mode, work: (tables: Kysely<Tables>) => Promise<T>): Promise<T> {
    const attempt = async (tables: Kysely<Tables>) =>
      this.#begin(mode) ? { result: await this.#run(() => work(tables)) } : null;
    // Whoever reads has the connection between two attempts.
    const written = this.#lastWrite.then(() => repeatWhileLocked(() => this.tables.connection().execute(attempt)));
    this.#lastWrite = written.catch(() => undefined);
    return written;
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.execute('commit');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.execute('rollback');
      throw error;
    }
  }

  /**
   * Begins a transaction; false where another process is writing. SQLite's own waiting would stop the whole process, and
   * spoil the times of what it is looking at.
   */
  #begin(mode: Mode): boolean {
    if (nameFile(this.path) !== this.#file)
      throw new StoreError(
        `${this.path} is not the file any more that was opened: it was moved, deleted or replaced. Nothing is stored until ` +
          'what has it open is ended and started again',
      );
    this.execute('pragma busy_timeout = 0');
    try {
      this.execute(`begin ${mode}`);
      return true;
    } catch (error) {
      if (isLocked(error)) return false;
      throw error;
    } finally {
      this.execute(`pragma busy_timeout = ${PATIENCE_MS}`);
    }
  }

  snapshot<T>(work: (tables: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#transact('deferred', work);
  }

  fill<T>(_days: readonly number[], work: (tables: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.transact((tables) => withoutTriggers(tables, () => work(tables)));
  }

  readLastIds(tables: Kysely<Tables>, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return readLastIds(tables, names);
  }

  setLastIds(tables: Kysely<Tables>, ids: ReadonlyMap<string, number>): Promise<void> {
    return setLastIds(tables, ids);
  }

  measure(): Promise<number> {
    return Promise.resolve(this.readNumber('pragma page_count') * this.readNumber('pragma page_size'));
  }

  findDamage(): Promise<string[]> {
    return findFileDamage(this.tables);
  }

  findStrays(): Promise<string[]> {
    return findStrays(this.tables);
  }

  reclaim(): Promise<void> {
    this.execute('pragma incremental_vacuum');
    return Promise.resolve();
  }

  backUp(file: string): Promise<void> {
    return backUpFile(this.tables, file);
  }

  /** All is in the one file then, unless others have it open. */
  async close(): Promise<void> {
    await this.#lastWrite;
    if (!this.#database.isOpen) return;
    this.#emptyLog();
    await this.tables.destroy();
    if (this.#database.isOpen) this.#database.close();
  }

  /** SQLite would do so itself, were not statements alive until they are collected as garbage. */
  #emptyLog(): void {
    try {
      this.execute('pragma busy_timeout = 0; pragma wal_checkpoint(truncate)');
    } catch {
      // Then the log stays, and anyone who opens the store next reads it.
    }
  }
}

/**
 * Names what a path leads to. A log beside it belongs to the file that was opened, and would be read as that of another
 * one in its place (https://sqlite.org/howtocorrupt.html §1.4).
 */
function nameFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.dev}/${stat.ino}` : 'none';
}

/** Reads whose structure a file has; each number by a look of its own. */
export function readFileStructure(read: (sql: string) => number): Structure {
  // Reads all of the structure, so that damage shows now. The mark is read last: another process that makes the
  // database ours meanwhile puts it there together with the tables, so none is seen without it.
  const tables = read('select count(*) from sqlite_schema');
  const version = read('pragma user_version');
  const id = read('pragma application_id');
  if (id === APPLICATION_ID) return { owner: 'ours', version };
  // A file that is empty, or that another process has only just created, has neither mark nor tables.
  return { owner: id === 0 && version === 0 && tables === 0 ? 'none' : 'other', version };
}

/** Tries until the database is not locked by another process; a StoreError after 30 s. */
export async function retryWhileLocked<T>(attempt: () => T): Promise<T> {
  return repeatWhileLocked(() => {
    try {
      return Promise.resolve({ result: attempt() });
    } catch (error) {
      if (isLocked(error)) return Promise.resolve(null);
      throw error;
    }
  });
}

/** Repeats what gives null where the database is locked by another process; a StoreError after 30 s. */
async function repeatWhileLocked<T>(attempt: () => Promise<{ readonly result: T } | null>): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const done = await attempt();
    if (done) return done.result;
    if (performance.now() > giveUpAt)
      throw new StoreError('the store is locked: another process has been writing for 30 s');
    await sleep(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least));
  }
}

function assertVersion(version: string): void {
  const parts = version.split('.').map(Number);
  const differing = OLDEST_SQLITE.findIndex((part, index) => part !== parts[index]);
  if (differing >= 0 && !((parts[differing] ?? 0) > OLDEST_SQLITE[differing]!)) {
    throw new StoreError(
      `SQLite ${version} is too old: 3.51.3 or later is needed, because older versions can corrupt a store`,
    );
  }
}

/** Gives a database the face that kysely knows, and keeps its statements prepared. */
function adapt(path: string, database: DatabaseSyncInstance): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    prepare(sql) {
      const known = statements.get(sql);
      if (known) return known;
      const statement = tellTrouble(path, () => database.prepare(sql));
      const adapted: SqliteStatement = {
        reader: statement.columns().length > 0,
        all: (parameters) => tellTrouble(path, (): unknown[] => statement.all(...parameters)),
        run: (parameters) => tellTrouble(path, () => statement.run(...parameters)),
        iterate: (parameters) => statement.iterate(...parameters),
      };
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      statements.set(sql, adapted);
      return adapted;
    },
    close: () => database.close(),
  };
}
