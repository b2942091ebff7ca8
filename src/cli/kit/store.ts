import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Store } from '../../fleet/store/store.js';
import type { RetiredSlot } from '../../fleet/store/states.js';
import { tell } from './ending.js';
import type { Option, Options } from './option.js';

/** The option that names the store. */
export const STORE = {
  store: {
    value: 'FILE',
    otherwise: "in the user's data directory",
    describe: 'Database of results and history',
  },
} as const satisfies Options;

/** The option of commands that show what the store holds. */
export const TABLE_OR_JSON = {
  format: { choices: ['table', 'json'], default: 'table', describe: 'Text for people, or one JSON document' },
} as const satisfies Options;

/** The client that a command is about. */
export const CLIENT = { complete: 'client', describe: 'Id of the client' } as const satisfies Option;

/** What decides where the store is. */
export interface StorePlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/**
 * Where the store is: at the path given, at SALLYPORT_STORE, or in the user's data directory: by the XDG base directory
 * specification, and on macOS and Windows where applications keep their data.
 */
export function chooseStorePath(
  given: string | undefined,
  { env, home, platform }: StorePlace = { env: process.env, home: homedir(), platform: process.platform },
): string {
  const path = given ?? env['SALLYPORT_STORE'];
  return path ? resolve(path) : join(findDataDirectory(env, home, platform), 'sallyport', 'store.sqlite');
}

function findDataDirectory(env: StorePlace['env'], home: string, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  const xdg = env['XDG_DATA_HOME'];
  // A relative path there is invalid and to be ignored.
  return xdg?.startsWith('/') ? xdg : join(home, '.local', 'share');
}

/** Opens the store for one piece of work; a StoreError if it does not exist. */
export async function withStore<T>(option: string | undefined, work: (store: Store) => Promise<T>): Promise<T> {
  const { openExistingStore } = await import('../../fleet/store/open-store.js');
  const store = await openExistingStore(chooseStorePath(option));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Tells which slots of a client are listed no longer, although history has them. */
export function tellRetired(retired: readonly RetiredSlot[]): void {
  for (const { slot, at } of retired) tell(`${slot} was retired on ${at.slice(0, 10)}: it is listed no longer`);
}
