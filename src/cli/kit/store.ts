import { homedir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isServerUrl, parseServerUrl } from '../../files/stores/server-url.js';
import type { Store } from '../../fleet/store/store.js';
import type { RetiredSlot } from '../../fleet/store/states.js';
import type { StorePlace } from '../../model/store-place.js';
import { tell } from './ending.js';
import type { Option, Options } from './option.js';

/** The option that names the store. */
export const STORE = {
  store: {
    value: 'PLACE',
    otherwise: "in the user's data directory",
    describe: 'Results and history: a file, or postgres://USER@HOST/DATABASE',
  },
} as const satisfies Options;

/** The option of commands that show what the store holds. */
export const TABLE_OR_JSON = {
  format: { choices: ['table', 'json'], default: 'table', describe: 'Text for people, or one JSON document' },
} as const satisfies Options;

/** The client that a command is about. */
export const CLIENT = { complete: 'client', describe: 'Id of the client' } as const satisfies Option;

/** What decides where the store is. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** The name of the user. */
  readonly user: string;
}

function describeMachine(): Machine {
  return {
    ...{ env: process.env, home: homedir(), platform: process.platform },
    // Some containers have no name for the user.
    get user() {
      try {
        return userInfo().username;
      } catch {
        return 'postgres';
      }
    },
  };
}

/**
 * Where the store is: at the place given, at SALLYPORT_STORE, or in the user's data directory: by the XDG base directory
 * specification, and on macOS and Windows where applications keep their data.
 * @throws InputError if the place is on a server, and its address is not right or has a password that others can see
 */
export function chooseStore(given: string | undefined, machine = describeMachine()): StorePlace {
  const { env } = machine;
  const place = given ?? env['SALLYPORT_STORE'];
  if (!place) return join(findOwnDirectory(machine), 'store.sqlite');
  if (!isServerUrl(place)) return resolve(place);
  // Commands are given what the environment has as if it were an argument.
  const givenBy = place === env['SALLYPORT_STORE'] ? 'environment' : 'argument';
  return parseServerUrl(place, givenBy, { env, user: machine.user, passwordFile: findPasswordFile(machine) });
}

/** The directory of what is kept beside the store: that of its file; where it is on a server, the user's own. */
export function findStoreDirectory(given: string | undefined, machine = describeMachine()): string {
  const place = chooseStore(given, machine);
  return typeof place === 'string' ? dirname(place) : findOwnDirectory(machine);
}

function findOwnDirectory({ env, home, platform }: Machine): string {
  return join(findDataDirectory(env, home, platform), 'sallyport');
}

/** Where PostgreSQL's own programs look for passwords. */
function findPasswordFile({ env, home, platform }: Machine): string {
  return platform === 'win32'
    ? join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'postgresql', 'pgpass.conf')
    : join(home, '.pgpass');
}

function findDataDirectory(env: Machine['env'], home: string, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  const xdg = env['XDG_DATA_HOME'];
  // A relative path there is invalid and to be ignored.
  return xdg?.startsWith('/') ? xdg : join(home, '.local', 'share');
}

/** Opens the store for one piece of work; a StoreError if it does not exist. */
export async function withStore<T>(option: string | undefined, work: (store: Store) => Promise<T>): Promise<T> {
  const { openExistingStore } = await import('../../fleet/store/open-store.js');
  const store = await openExistingStore(chooseStore(option));
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
