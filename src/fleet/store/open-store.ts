import { access, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ServerPlace, StorePlace } from '../../model/store-place.js';
import type { StoreConnection } from './connection.js';
import { assertOurs, migrate } from './migrate.js';
import { retryWhileLocked, SqliteConnection } from './sqlite-connection.js';
import { Store } from './store.js';
import { StoreError } from './store-error.js';

const OWNER_ONLY = 0o600;
/** What a log of writes may keep of the disk after a large transaction. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;

/**
 * Opens a store, or creates it, a file with its directory and for the owner only. Several processes may have it open at
 * once. A StoreError tells where it cannot be used: it is another program's, damaged, or of a newer version.
 */
export async function openStore(place: StorePlace): Promise<Store> {
  return new Store(await connect(place));
}

/** Opens a store that is there; a StoreError if there is none, which is then not made. */
export async function openExistingStore(place: StorePlace): Promise<Store> {
  return new Store(await connectToExisting(place));
}

/** Connects to a store as {@link openStore} does. */
export function connect(place: StorePlace): Promise<StoreConnection> {
  return typeof place === 'string' ? connectToFile(place) : connectToServer(place, migrate);
}

/** Connects to a store as {@link openExistingStore} does. */
export async function connectToExisting(place: StorePlace): Promise<StoreConnection> {
  if (typeof place !== 'string') return connectToServer(place, assertThere);
  await access(place).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new StoreError(`there is no store at ${place}`) : tellSystemError(place, error);
  });
  return connectToFile(place);
}

async function connectToServer(
  place: ServerPlace,
  prepareIt: (connection: StoreConnection) => Promise<void>,
): Promise<StoreConnection> {
  // Loaded only here: who keeps the store in a file needs nothing of it.
  const { PostgresConnection } = await import('./postgres/postgres-connection.js');
  const connection = new PostgresConnection(place);
  try {
    await prepareIt(connection);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function assertThere(connection: StoreConnection): Promise<void> {
  const { owner } = await connection.readStructure();
  if (owner === 'none') throw new StoreError(`there is no store at ${connection.path}`);
  await migrate(connection);
}

async function connectToFile(path: string): Promise<StoreConnection> {
  let connection: SqliteConnection | undefined;
  try {
    await createFile(path);
    connection = new SqliteConnection(path);
    await prepare(connection);
    return connection;
  } catch (error) {
    await connection?.close();
    throw tellSystemError(path, error);
  }
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
