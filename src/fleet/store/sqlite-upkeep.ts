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
