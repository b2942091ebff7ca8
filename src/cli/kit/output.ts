import { open } from 'node:fs/promises';
import { InputError } from '../../files/text/input-error.js';
import { forTerminal } from '../../words/escape.js';

/** Where a command's data goes. */
export interface Output {
  /** Whether it is a file of the user's, which has neither width nor colours. */
  readonly toFile: boolean;
  /** Takes text to write, in order; waits where the reader is slow. */
  write(text: string): Promise<void>;
  /** Resolves once all is written. */
  close(): Promise<void>;
}

/** At most this much text may wait for a reader, in UTF-16 code units. */
const MAX_WAITING = 1 << 18;

/**
 * Opens the file given with `-o`, or standard output for `-` and if none is given.
 * @param replace false for a file that must not exist yet
 * @throws InputError, also from `write` and `close`, if the file cannot be written
 */
export async function openOutput(file?: string, replace = true): Promise<Output> {
  if (file === undefined || file === '-') {
    return joinWrites(false, writeStdout, () => Promise.resolve());
  }
  const refuse = ({ code, message }: NodeJS.ErrnoException): never => {
    if (code === 'EEXIST') throw new InputError('exists already; --force replaces it', { file });
    throw new InputError(`cannot be written: ${PROBLEMS[code ?? ''] ?? message}`, { file });
  };
  const handle = await open(file, replace ? 'w' : 'wx').catch(refuse);
  return joinWrites(
    true,
    (text) => handle.writeFile(text).catch(refuse),
    () => handle.close(),
  );
}

/** Joins what comes while a write is under way into the next one: thousands of small writes cost time. */
function joinWrites(toFile: boolean, write: (text: string) => Promise<void>, close: () => Promise<void>): Output {
  let waiting = '';
  let writing: Promise<void> | null = null;
  let failed = false;
  const drain = async (): Promise<void> => {
    try {
      while (waiting !== '') {
        const text = waiting;
        waiting = '';
        await write(text);
      }
      writing = null;
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  return {
    toFile,
    write: async (text) => {
      if (text === '') return;
      waiting += text;
      writing ??= drain();
      // A failure is for the next call to tell.
      writing.catch(() => {});
      if (failed || waiting.length > MAX_WAITING) await writing;
    },
    close: async () => {
      try {
        await writing;
      } finally {
        await close();
      }
    },
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

/** Writes a line to standard output, safe to show. */
export function print(line: string): void {
  process.stdout.write(`${forTerminal(line)}\n`);
}
