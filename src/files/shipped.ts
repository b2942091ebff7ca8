import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE_ROOT } from '../version.js';
import { quoteInput, suggest } from '../words/input.js';
import { InputError } from './text/input-error.js';

/** What comes with the package, each kind in a folder; the paths hold from src and from dist. */
const FOLDERS = {
  profile: fileURLToPath(new URL('profiles/', PACKAGE_ROOT)),
  checklist: fileURLToPath(new URL('profiles/checklists/', PACKAGE_ROOT)),
};

export type ShippedKind = keyof typeof FOLDERS;

/** The names of what comes with the package, in order. */
export async function listShipped(kind: ShippedKind): Promise<string[]> {
  const files = await readdir(FOLDERS[kind]);
  return files.flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

/** Whether a file was given (with a path separator, or ending in .yaml or .yml), not the name of what is shipped. */
export function isFile(nameOrFile: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(nameOrFile);
}

/**
 * The file of what is shipped under this name, or the file itself.
 * @throws InputError for a name that nothing shipped has
 */
export async function findShipped(kind: ShippedKind, nameOrFile: string): Promise<string> {
  if (isFile(nameOrFile)) return nameOrFile;
  const names = await listShipped(kind);
  if (names.includes(nameOrFile)) return join(FOLDERS[kind], `${nameOrFile}.yaml`);
  throw new InputError(
    `no ${kind} ${quoteInput(nameOrFile)}${suggest(nameOrFile, names)}; there are ${names.join(', ')}, ` +
      'and files, given with a path or .yaml ending',
  );
}

/** Whether a file is one of those that come with the package. */
export function isShipped(kind: ShippedKind, file: string): boolean {
  return dirname(resolve(file)) === resolve(FOLDERS[kind]);
}
