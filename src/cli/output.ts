import { open } from 'node:fs/promises';
import { InputError } from '../inputs/input-error.js';

/** Where a command's data goes. */
export interface Output {
  /** Whether it is a file of the user's, which has neither width nor colours. */
  readonly toFile: boolean;
  /** Writes all of it; waits for a slow reader. */
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the file given with `-o`, or standard output for `-` and where none is given.
 * @throws InputError, also from `write`, where the file can't be written
 */
export async function openOutput(file: string | undefined): Promise<Output> {
  if (file === undefined || file === '-') {
    return { toFile: false, write: writeStdout, close: () => Promise.resolve() };
  }
  const refuse = (error: NodeJS.ErrnoException): never => {
    throw new InputError(`can not be written: ${PROBLEMS[error.code ?? ''] ?? error.message}`, { file });
  };
  const handle = await open(file, 'w').catch(refuse);
  return {
    toFile: true,
    write: (text) => handle.writeFile(text).catch(refuse),
    close: () => handle.close(),
  };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such directory',
  ENOTDIR: 'no such directory',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  ENOSPC: 'no space left',
};

function writeStdout(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
