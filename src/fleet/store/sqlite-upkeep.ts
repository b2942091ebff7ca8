import { type Kysely, sql } from 'kysely';
import { open, rm } from 'node:fs/promises';
import { StoreError } from './store-error.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/**
 * Copies a database as it is at this moment into a new file, for the owner only; half a copy does not stay.
 * A StoreError if it cannot be.
 */
export async function backUpFile(db: Db, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'exists already: name a new file' : `cannot be written (${error.code})`;
    throw new StoreError(`${path} ${why}`, { cause: error });
  });
  try {
    // SQLite writes into an existing file where it is empty.
    await sql`vacuum into ${path}`.execute(db);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Looks for damage of the file: a line for each. */
export async function findFileDamage(db: Db): Promise<string[]> {
  try {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
    return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
  } catch (error) {
    if (error instanceof StoreError) return [error.message];
    throw error;
  }
}

/** Looks for rows that refer to rows which are not there: a line for each. */
export async function findStrays(db: Db): Promise<string[]> {
  const { rows } = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(db);
  return rows.map(({ table, parent }) => `a row of ${table} refers to one of ${parent} that is not there`);
}

/** Takes the triggers of all tables away for the time of some work. */
export async function withoutTriggers<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const { rows } = await sql<{ name: string; sql: string }>`
    select name, sql from sqlite_schema where type = 'trigger'
  `.execute(db);
  for (const { name } of rows) await sql`drop trigger ${sql.id(name)}`.execute(db);
  const result = await work();
  for (const trigger of rows) await sql.raw(trigger.sql).execute(db);
  return result;
}

/** The last id that each of some tables has given; all of them give none again. */
export async function readLastIds(db: Db, names: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ name: string; seq: number }>`select name, seq from sqlite_sequence`.execute(db);
  const ids = new Map(rows.map(({ name, seq }) => [name, seq]));
  return new Map(names.map((name) => [name, ids.get(name) ?? 0]));
}

/** The ids of other tables follow from their rows. */
export async function setLastIds(db: Db, ids: ReadonlyMap<string, number>): Promise<void> {
  for (const [name, id] of ids) {
    await sql`delete from sqlite_sequence where name = ${name}`.execute(db);
    if (id > 0) await sql`insert into sqlite_sequence (name, seq) values (${name}, ${id})`.execute(db);
  }
}
