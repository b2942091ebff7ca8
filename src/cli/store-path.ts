import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What decides where the store is. */
export interface StorePlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/**
 * Where the store is: at the path given, at SALLYPORT_STORE, or in the user's data directory: by the XDG base directory
 * specification, and on macOS and Windows where data of applications lies.
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
