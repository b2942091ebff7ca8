import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

/** What a store can be kept in. */
export type DatabaseKind = 'sqlite' | 'postgres';

/** Statements for every database, or for each its own. They are in SQLite's words: postgres/structure.ts translates. */
export type Statements = string | Readonly<Record<DatabaseKind, string>>;

/** What structure a database has. */
export interface Structure {
  /** Whose it is: `none` has nothing in it yet. */
  readonly owner: 'ours' | 'none' | 'other';
  /** 0 before the first step of migrate.ts. */
  readonly version: number;
}

/**
 * A connection to the database of a store. All databases keep the same promises: whatever writes is one transaction, one
 * at a time among all processes, and each sees what all before it wrote. Trouble of the database is a StoreError.
 */
export interface StoreConnection {
  readonly kind: DatabaseKind;
  /** Where the store is, for people: the path of a file, or the address of a server. Holds no password. */
  readonly path: string;
  /** For reading. Inside of a transaction use that which it is given, or wait for ever. */
  readonly tables: Kysely<Tables>;
  /** Null: nothing is kept by month. */
  readonly months: StoredMonths | null;

  /**
   * Runs one write transaction. It waits for those of this process in turn, and for those of other processes without
   * holding up this one; a StoreError if they take longer than 30 s. All is undone where the work fails.
   */
  transact<T>(work: (tables: Kysely<Tables>) => Promise<T>): Promise<T>;

  /** Reads the database as it is at one moment, whatever is written meanwhile. */
  snapshot<T>(work: (tables: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * As {@link transact}, to write rows as they are: no trigger works out what others of them say.
   * @param days of which there will be history, by their numbers since 1970
   */
  fill<T>(days: readonly number[], work: (tables: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** The last id that some tables have given to a row, which is given to no other; 0 where they have given none. */
  readLastIds(tables: Kysely<Tables>, names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Has these tables go on after the ids, and all others after the rows that they have. */
  setLastIds(tables: Kysely<Tables>, ids: ReadonlyMap<string, number>): Promise<void>;

  readStructure(): Promise<Structure>;
  /** As {@link transact}, for work that changes the structure: no one else sees the database meanwhile. */
  restructure(work: (change: Restructuring) => Promise<void>): Promise<void>;

  /** Bytes that the database takes, without its journal. */
  measure(): Promise<number>;
  /** Looks for damage beneath the rows: a line for each. */
  findDamage(): Promise<string[]>;
  /** Looks for rows that refer to rows which are not there: a line for each. */
  findStrays(): Promise<string[]>;
  /** Gives back to the disk what deleted rows took. */
  reclaim(): Promise<void>;
  /** Copies the database as it is at this moment into a new file, for the owner only; a StoreError where it cannot be. */
  backUp(file: string): Promise<void>;
  /** Waits for the last write, and closes. */
  close(): Promise<void>;
}

/** Results and changes that are kept by month, which is for histories that are too large for one transaction. */
export interface StoredMonths {
  /**
   * Deletes whole months that ended before a time, each in a transaction of its own, and returns how much went. Results
   * that have to stay do.
   */
  prune(before: Date): Promise<{ readonly results: number; readonly changes: number }>;
  /** Deletes reports that no result has any more, and returns how many. */
  deleteUnusedReports(): Promise<number>;
}

/** A change of the structure that is under way. */
export interface Restructuring {
  readonly tables: Kysely<Tables>;
  readonly readStructure: () => Promise<Structure>;
  readonly run: (statements: Statements) => Promise<void>;
  /** Marks the database as ours, and of a version. */
  readonly mark: (version: number) => Promise<void>;
}
