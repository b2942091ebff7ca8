import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLocked, StoreError, tellTrouble } from './sqlite-trouble.js';
import type { Tables } from './tables.js';

/** How long another process' write is waited for. */
const PATIENCE_MS = 30_000;
/** How often a locked database is tried again. */
const RETRY_MS = { least: 1, most: 12 } as const;
/** Statements kept prepared: more than the store has, and a bound for those that vary in length. */
const MAX_STATEMENTS = 250;
/** SQLite before it could corrupt a database with a write-ahead log (https://sqlite.org/wal.html#walresetbug). */
const OLDEST_SQLITE = [3, 51, 3] as const;

/** One connection to a database file: queries through kysely, writes one after another. */
export class SqliteConnection {
  /** For reading. Inside of a transaction use that which it is given, or wait for ever. */
  readonly tables: Kysely<Tables>;
  readonly #database: DatabaseSyncInstance;
  #lastWrite: Promise<unknown> = Promise.resolve();

  /** Opens or creates a file, and changes nothing in it. */
  constructor(readonly path: string) {
    const options = { timeout: PATIENCE_MS, enableForeignKeyConstraints: true };
    this.#database = tellTrouble(path, () => new DatabaseSync(path, options));
    assertVersion(String(this.#readValue('select sqlite_version()')));
    this.tables = new Kysely({ dialect: new SqliteDialect({ database: adapt(path, this.#database) }) });
  }

  /** Runs statements that give nothing back. */
  execute(sql: string): void {
    tellTrouble(this.path, () => this.#database.exec(sql));
  }

  /** Reads a setting of the database, which is a number. */
  readPragma(name: 'application_id' | 'user_version' | 'page_count' | 'page_size'): number {
    return Number(this.#readValue(`pragma ${name}`));
  }

  /** How many tables and indexes there are. */
  countTables(): number {
    return Number(this.#readValue('select count(*) from sqlite_schema'));
  }

  #readValue(sql: string): unknown {
    const row = tellTrouble(this.path, (): unknown => this.#database.prepare(sql).get());
    return Object.values(row as object)[0];
  }

  /**
   * Runs one write transaction. It waits for those of this process in turn, and for those of other processes without
   * holding up this one; a StoreError if they take longer than 30 s. All is undone where the work fails.
   */
  async transact<T>(work: (tables: Kysely<Tables>) => Promise<T>): Promise<T> {
    const written = this.#lastWrite.then(() => this.tables.connection().execute((tables) => this.#run(tables, work)));
    this.#lastWrite = written.catch(() => undefined);
    return written;
  }

  async #run<T>(tables: Kysely<Tables>, work: (tables: Kysely<Tables>) => Promise<T>): Promise<T> {
    await this.begin('immediate');
    try {
      const result = await work(tables);
      this.execute('commit');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.execute('rollback');
      throw error;
    }
  }

  /**
   * Begins a transaction as soon as no other is writing; a StoreError after 30 s. SQLite's own waiting would stop the
   * whole process, and spoil the times of what it is looking at.
   */
  async begin(mode: 'immediate' | 'exclusive'): Promise<void> {
    await retryWhileLocked(() => {
      this.execute('pragma busy_timeout = 0');
      try {
        this.execute(`begin ${mode}`);
      } finally {
        this.execute(`pragma busy_timeout = ${PATIENCE_MS}`);
      }
    });
  }

  /** Waits for the last write, and closes. All is in the one file then, unless others have it open. */
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

/** Tries until the database is not locked by another process; a StoreError after 30 s. */
export async function retryWhileLocked<T>(attempt: () => T): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() > giveUpAt) {
        throw new StoreError('the store is locked: another process has been writing for 30 s', { cause: error });
      }
    }
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
