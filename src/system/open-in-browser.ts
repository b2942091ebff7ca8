import { runCommand, WINDOWS } from './run-command.js';

/** What opens an address in the user's browser, by system. */
const OPENERS: Partial<Readonly<Record<NodeJS.Platform, readonly [file: string, ...args: string[]]>>> = {
  darwin: ['/usr/bin/open'],
  win32: [`${WINDOWS}\\System32\\rundll32.exe`, 'url.dll,FileProtocolHandler'],
  linux: ['/usr/bin/xdg-open'],
};

/**
 * Opens an address of ours in the user's browser; false if that is not possible here.
 * @param env the environment of the user's session, to which the browser belongs
 */
export async function openInBrowser(url: string, env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const opener = OPENERS[process.platform];
  if (!opener) return false;
  const [file, ...args] = opener;
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const result = await runCommand(file, [...args, url], { env: Object.fromEntries(set) });
  return result.kind === 'ran' && result.code === 0;
}
