import { writeFile } from 'node:fs/promises';
import { InputError } from '../files/text/input-error.js';

const PROBLEMS: Readonly<Record<string, string>> = {
  EEXIST: 'is there already; --force replaces it',
  ENOENT: 'can not be written: no such directory',
  ENOTDIR: 'can not be written: no such directory',
  EISDIR: 'is a directory',
  EACCES: 'can not be written: permission denied',
  ENOSPC: 'can not be written: no space left',
};

/**
 * Writes a file that must not be there yet, unless `force` is given.
 * @throws InputError where it can't be written
 */
export async function writeNewFile(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(PROBLEMS[code ?? ''] ?? `can not be written: ${message}`, { file });
  }
}
