import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  parseKeyId,
  parsePrivateKey,
  parsePublicKey,
  type PublicKey,
  renderPrivateKey,
  renderPublicKey,
  type SigningKey,
} from '../../evidence/keys.js';
import { InputError } from '../../files/text/input-error.js';
import { describeFileError, readText } from '../../files/text/read-text.js';
import { describeWriteError } from './output.js';
import { findStoreDirectory } from './store.js';

/** Far more than any key has. */
const MAX_KEY_FILE = 16 * 1_024;
const OTHERS = 0o077;
const PUBLIC_ENDING = '.pub';

/** Where the key that signs is if no file is named: beside the store. */
export function chooseKeyPath(given: string | undefined): string {
  return given ?? join(findStoreDirectory(undefined), 'signing-key.pem');
}

/** The file of the public key that belongs to a file of a private key. */
export function namePublicFile(file: string): string {
  return `${file}${PUBLIC_ENDING}`;
}

/**
 * Writes a key into a file that only its owner can read, and its public key into another beside it.
 * @param replace whether files that are there are replaced, each as a whole or not at all
 * @throws InputError if one of them is there and stays, or cannot be written
 */
export async function writeKeyFiles(file: string, key: SigningKey, replace: boolean): Promise<void> {
  const publicFile = namePublicFile(file);
  if (!replace && (await stat(publicFile).catch(() => null))) throw new InputError(IS_THERE, { file: publicFile });
  await writeFile(file, renderPrivateKey(key), 0o600, replace);
  await writeFile(publicFile, renderPublicKey(key), 0o644, replace);
}

const IS_THERE = 'exists already; --force replaces it, and nothing can be signed by that key any more';

/** Writes a new file, or one beside it that takes its place once it is whole. */
async function writeFile(file: string, text: string, mode: number, replace: boolean): Promise<void> {
  const written = replace ? `${file}.new` : file;
  const refuse = (error: NodeJS.ErrnoException): never => {
    if (error.code !== 'EEXIST') throw new InputError(describeWriteError(error), { file });
    throw new InputError(replace ? `${written} is left of a run that was cut off: delete it` : IS_THERE, { file });
  };
  const handle = await open(written, 'wx', mode).catch(refuse);
  try {
    await handle.writeFile(text);
    await handle.sync();
    if (replace) await rename(written, file);
  } catch (error) {
    await rm(written, { force: true });
    refuse(error as NodeJS.ErrnoException);
  } finally {
    await handle.close();
  }
}

/**
 * Reads a key that signs.
 * @throws InputError if it cannot be read, is no such key, or others than its owner can read it
 */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const text = await readText(file, MAX_KEY_FILE);
  const key = parsePrivateKey(text);
  if (!key && parsePublicKey(text)) throw new InputError('is a public key: only the private one can sign', { file });
  if (!key) {
    const problem = 'no private key (Ed25519, PEM, without a passphrase): "sallyport key new" makes one';
    throw new InputError(problem, { file });
  }
  await refuseOthers(file);
  return key;
}

/** Modes mean nothing on Windows, where the folders of a user are closed to others. */
async function refuseOthers(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(file);
  if ((mode & OTHERS) !== 0)
    throw new InputError('users other than its owner can use it, and so sign in your name: use chmod 600', { file });
}

/**
 * Reads a public key, or the public part of a private one.
 * @throws InputError if it cannot be read or is no key
 */
export async function readPublicKey(file: string): Promise<PublicKey> {
  const text = await readText(file, MAX_KEY_FILE);
  const key = parsePublicKey(text);
  if (key) return key;
  if (!parsePrivateKey(text)) throw new InputError('no key (Ed25519, PEM)', { file });
  const { privateKey: _secret, ...publicKey } = await readSigningKey(file);
  return publicKey;
}

/**
 * The ids of keys that are trusted: each is given as an id, as a file, or as a folder of files that end in `.pub`.
 * @throws InputError for a file that is no key, and for a folder without any
 */
export async function readTrustedKeys(given: readonly string[]): Promise<Set<string>> {
  const ids = await Promise.all(given.map((text) => readTrusted(text)));
  return new Set(ids.flat());
}

async function readTrusted(text: string): Promise<string[]> {
  const id = parseKeyId(text);
  if (id !== null) return [id];
  const found = await stat(text).catch((error: unknown) => {
    throw new InputError(`--key: neither the id of a key nor a file that can be read (${describeFileError(error)})`, {
      file: text,
    });
  });
  if (!found.isDirectory()) return [(await readPublicKey(text)).id];
  const names = (await readdir(text)).filter((name) => name.endsWith(PUBLIC_ENDING)).sort();
  if (names.length === 0) throw new InputError(`holds no file that ends in ${PUBLIC_ENDING}`, { file: text });
  return Promise.all(names.map(async (name) => (await readPublicKey(join(text, name))).id));
}
