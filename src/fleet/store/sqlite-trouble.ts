import { StoreError } from './store-error.js';

/**
 * What SQLite says of files that cannot be used (sqlite3ErrStr in its main.c), and what we say. Not all errors of the
 * library come with a code, and all with this text.
 */
const TROUBLES: readonly (readonly [said: string, told: string, mayPass?: true])[] = [
  ['attempt to write a readonly database', 'cannot be written', true],
  ['disk I/O error', 'cannot be read or written', true],
  ['database disk image is malformed', 'is damaged: restore a backup'],
  ['malformed database schema', 'is damaged: restore a backup'],
  ['database or disk is full', 'cannot grow: the disk is full', true],
  ['unable to open database file', 'cannot be opened'],
  ['file is not a database', 'is not a store: name another file'],
];

/** Runs something, and makes an error a StoreError if it is the file's trouble, and neither ours nor a lock's. */
export function tellTrouble<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const trouble = TROUBLES.find(([said]) => messageOf(error).includes(said));
    throw trouble ? new StoreError(`${path} ${trouble[1]}`, { cause: error, mayPass: trouble[2] }) : error;
  }
}

/** Whether another process has the database locked. */
export function isLocked(error: unknown): boolean {
  return messageOf(error).includes('is locked');
}

/** An error of the library; that of another realm is not an instance of Error. */
function messageOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return code === 'ERR_SQLITE_ERROR' ? String(message) : '';
}
