import { PACKAGE_ROOT } from '../../version.js';
import { readdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../text/input-error.js';
import { readProfileLayer, type ProfileLayer } from './profile-layer.js';
import { quoteInput, suggest } from '../../words/input.js';
import { problemAt, readYaml, type YamlDocument } from '../text/yaml-document.js';

/** The profiles that come with the package; the path holds from src and from dist. */
const SHIPPED = fileURLToPath(new URL('profiles/', PACKAGE_ROOT));

const MAX_CHAIN = 16;

/** Names of the shipped profiles, in order. */
export async function listProfileNames(): Promise<string[]> {
  const files = await readdir(SHIPPED);
  return files.flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

/** Whether a profile was given as a file (it has a path separator or ends in .yaml or .yml), not as a name. */
export function isProfileFile(nameOrFile: string): boolean {
  return /[/\\]|\.ya?ml$/i.test(nameOrFile);
}

/**
 * The file of a shipped profile, or the file itself.
 * @throws InputError for a name that no shipped profile has
 */
export async function findProfileFile(nameOrFile: string): Promise<string> {
  if (isProfileFile(nameOrFile)) return nameOrFile;
  const names = await listProfileNames();
  if (names.includes(nameOrFile)) return join(SHIPPED, `${nameOrFile}.yaml`);
  throw new InputError(
    `no profile ${quoteInput(nameOrFile)}${suggest(nameOrFile, names)}; there are ${names.join(', ')}, ` +
      'and files, given with a path or .yaml ending',
  );
}

/**
 * Reads a profile and all that it extends, the root first.
 * @throws InputError for bad files, missing parents and cycles
 */
export async function readProfileChain(nameOrFile: string): Promise<ProfileLayer[]> {
  let layer = await readLayer(await findProfileFile(nameOrFile));
  const chain = [layer];
  const visited = [resolve(layer.document.file)];
  for (let parent = layer.data.extends; parent !== undefined; parent = layer.data.extends) {
    const { document } = layer;
    const file = await findParent(document, parent);
    if (visited.includes(resolve(file))) {
      throw problemAt(document, ['extends'], `${quoteInput(parent)} leads back to where it came from: a cycle`);
    }
    if (chain.length === MAX_CHAIN)
      throw problemAt(document, ['extends'], `more than ${MAX_CHAIN} profiles in a chain`);
    layer = await readLayer(file).catch((error: unknown) => {
      const unread = error instanceof InputError && error.place.file === file && error.place.line === undefined;
      throw unread ? problemAt(document, ['extends'], error.message) : error;
    });
    chain.unshift(layer);
    visited.push(resolve(file));
  }
  return chain;
}

async function findParent(document: YamlDocument, parent: string): Promise<string> {
  if (isProfileFile(parent)) return isAbsolute(parent) ? parent : join(dirname(document.file), parent);
  return findProfileFile(parent).catch((error: unknown) => {
    throw error instanceof InputError ? problemAt(document, ['extends'], error.problem) : error;
  });
}

async function readLayer(file: string): Promise<ProfileLayer> {
  return readProfileLayer(await readYaml(file), dirname(resolve(file)) === resolve(SHIPPED));
}
