import { open } from 'node:fs/promises';
import { sql } from 'kysely';
import type { SqliteConnection } from './sqlite-connection.js';
import { StoreError } from './store-error.js';

/** Copies a database as it is at this moment into a new file, for the owner alone. A StoreError where it can not be. */
export async function backUp({ tables }: SqliteConnection, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'exists already: name a new file' : `can not be written (${error.code})`;
    throw new StoreError(`${path} ${why}`, { cause: error });
  });
  try {
    // SQLite writes into an existing file where it is empty.
    await sql`vacuum into ${path}`.execute(tables);
    await file.sync();
  } finally {
    await file.close();
  }
}
