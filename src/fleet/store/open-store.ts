import { access, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assertOurs, migrate } from './migrate.js';
import { retryWhileLocked, SqliteConnection } from './sqlite-connection.js';
import { Store } from './store.js';
import { StoreError } from './store-error.js';

const OWNER_ONLY = 0o600;
/** What a log of writes may keep of the disk after a large transaction. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;

/**
 * Opens a store, or creates it with its directory, for the owner only. Several processes may have it open at once. A
 * StoreError tells where it cannot be used: it is another program's file, damaged, or of a newer version.
 */
export async function openStore(path: string): Promise<Store> {
  let connection: SqliteConnection | undefined;
  try {
    await createFile(path);
    connection = new SqliteConnection(path);
    await prepare(connection);
    return new Store(connection);
  } catch (error) {
    await connection?.close();
    throw tellSystemError(path, error);
  }
}

/** Opens a store that is there; a StoreError if there is none, which is then not made. */
export async function openExistingStore(path: string): Promise<Store> {
  await access(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new StoreError(`there is no store at ${path}`) : tellSystemError(path, error);
  });
  return openStore(path);
}

/** Makes the file where there is none. An empty one becomes the owner's too, as if it had been made here. */
async function createFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  // To open a pipe would wait for its other end.
  if (found && !found.isFile()) throw new StoreError(`${path} is not a file, so it cannot be a store: name another`);
  // SQLite gives its other files the mode of this one.
  const file = await open(path, 'a', OWNER_ONLY);
  try {
    // Some file systems know no modes.
    if (found?.size === 0) await file.chmod(OWNER_ONLY).catch(() => undefined);
  } finally {
    await file.close();
  }
}

async function prepare(connection: SqliteConnection): Promise<void> {
  assertOurs(connection, await connection.readStructure());
  // The first has an effect in a new file only. In a write-ahead log a commit needs no fsync: what a killed process
  // had committed stays; a power cut may take the last of it, and damages nothing.
  await retryWhileLocked(() =>
    connection.execute(`
      pragma auto_vacuum = incremental;
      pragma journal_mode = wal;
      pragma synchronous = normal;
      pragma journal_size_limit = ${MAX_LOG_BYTES};
    `),
  );
  await migrate(connection);
}

/** Makes an error of the file system a StoreError. */
function tellSystemError(path: string, error: unknown): unknown {
  const { syscall, code } = error as NodeJS.ErrnoException;
  return syscall ? new StoreError(`${path} cannot be opened (${code})`, { cause: error }) : error;
}
