import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { InputError } from './input-error.js';
import { quote } from './quote.js';
import { describeFileError, readText } from './read-text.js';
import { loadTokenFile, MAX_TOKEN_FILE, parseTokens, type TokenEntry } from './token-file.js';

/**
 * Appends a token to a vantage server's file of tokens, which is made if need be, for its owner alone; lines that are
 * there stay as they are.
 * @throws InputError for a name that the file has, and where it can't be read or written
 */
export async function addToken(file: string, { name, hash, until }: TokenEntry): Promise<void> {
  const line = [name, `sha256:${hash.toString('hex')}`, ...(until === null ? [] : [`until:${until}`])].join(' ');
  await editFile(file, true, (text, entries) => {
    if (entries.some((entry) => entry.name === name))
      throw new InputError(`has a token ${quote(name)} already; revoke it first, or choose another name`, { file });
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
  });
}

/**
 * Takes the line of a token out of a file of tokens.
 * @throws InputError for a name that the file does not have, and where it can't be read or written
 */
export async function revokeToken(file: string, name: string): Promise<void> {
  await editFile(file, false, (text, entries) => {
    if (!entries.some((entry) => entry.name === name)) throw new InputError(`has no token ${quote(name)}`, { file });
    const stays = (line: string): boolean => parseTokens(line, file).every((entry) => entry.name !== name);
    return text
      .split(/(?<=\n)/)
      .filter(stays)
      .join('');
  });
}

type Edit = (text: string, entries: readonly TokenEntry[]) => string;

/**
 * Replaces a file as a whole, so that nobody ever reads half of it; owner and mode stay. The new file, under a name of
 * its own until then, keeps a second change out.
 */
async function editFile(file: string, create: boolean, edit: Edit): Promise<void> {
  const target = await realpath(file).catch((error: NodeJS.ErrnoException) => {
    if (create && error.code === 'ENOENT') return file;
    throw new InputError(describeFileError(error), { file });
  });
  const beside = `${target}.new`;
  const handle = await open(beside, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(describeWriteError(error, beside), { file });
  });
  try {
    const there = await stat(target).catch(() => null);
    const entries = there ? (await loadTokenFile(target)).entries : [];
    const text = edit(there ? await readText(target, MAX_TOKEN_FILE) : '', entries);
    if (Buffer.byteLength(text) > MAX_TOKEN_FILE) throw new InputError('is full: revoke tokens first', { file });
    await handle.writeFile(text);
    if (there) {
      const own = await handle.stat();
      if (own.uid !== there.uid || own.gid !== there.gid) await handle.chown(there.uid, there.gid);
      await handle.chmod(there.mode & 0o777);
    }
    await handle.sync();
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    if (error instanceof InputError) throw error;
    throw new InputError(describeWriteError(error as NodeJS.ErrnoException, beside), { file });
  } finally {
    await handle.close();
  }
}

function describeWriteError({ code, message }: NodeJS.ErrnoException, beside: string): string {
  const known: Record<string, string> = {
    EEXIST: `is being changed; if that was cut off, delete ${beside}`,
    ENOENT: 'no such directory',
    EACCES: 'can not be written: permission denied',
    EPERM: "can not be written: its owner can't be kept; change it as its owner or as root",
    ENOSPC: 'can not be written: no space left',
  };
  return known[code ?? ''] ?? `can not be written: ${message}`;
}
