import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { InputError } from '../../files/text/input-error.js';
import { forTerminal } from '../../words/escape.js';
import { tell } from './ending.js';

/** Where a command's data goes. */
export interface Output {
  /** Whether it is a file of the user's, which has neither width nor colours. */
  readonly toFile: boolean;
  /** Takes text or bytes to write, in order; waits where the reader is slow. */
  write(data: string | Uint8Array): Promise<void>;
  /** Resolves once all is written; again, it does nothing. */
  close(): Promise<void>;
}

/** At most this much may wait for a reader, in bytes; or one piece, if that is longer. */
const MAX_WAITING = 1 << 20;

/** Tells at the end, where a report went to a file, what it says in a word and where it is. */
export function tellWritten(verdict: string, what: string, { output, quiet }: WrittenTo): void {
  if (output !== undefined && output !== '-' && !quiet) tell(`${verdict}: the report${what} is in ${output}`);
}

/** Whether what is written there appears on a terminal. */
export function isOnScreen(file: string | undefined): boolean {
  return (file === undefined || file === '-') && (process.stdout.isTTY ?? false);
}

interface WrittenTo {
  readonly output?: string | undefined;
  readonly quiet?: boolean | undefined;
}

/** How our JSON begins, one document or many, and our pages and PDFs. */
const OWN_REPORT =
  /^(?:\[?\s*\{\s*"schema":\s*"sallyport\/|<!DOCTYPE html>\n<!-- sallyport report -->|%PDF-[\d.]+\n%.{4,8}\n% sallyport report\n)/;

/**
 * Opens the file for a report given with `-o`, or standard output for `-` and if none is given. What is there already
 * stays, unless it is empty, a report of ours in JSON, HTML or PDF (as of the run before), or `force` says so.
 * @throws InputError, also from `write` and `close`, if the file cannot be written
 */
export function openReport(file?: string, force = false): Promise<Output> {
  return openFile(file, force ? 'any' : 'own reports');
}

/**
 * Opens a file, or standard output for `-` and if none is given. A file that was made for it and got nothing does not
 * stay; what was in one that may be replaced stays until the first write.
 * @param replace whether a file may exist already; what is empty, or is not a file, such as a pipe, always may
 * @throws InputError, also from `write` and `close`, if the file cannot be written
 */
export function openOutput(file?: string, replace = false): Promise<Output> {
  return openFile(file, replace ? 'any' : 'none');
}

/** Which files that have something in them may be replaced. */
type Replaceable = 'any' | 'own reports' | 'none';

async function openFile(file: string | undefined, replaceable: Replaceable): Promise<Output> {
  if (file === undefined || file === '-') {
    return joinWrites(false, writeStdout, () => Promise.resolve());
  }
  const refuse = (error: NodeJS.ErrnoException): never => {
    throw new InputError(describeWriteError(error), { file });
  };
  const made = await open(file, 'wx').catch((error: NodeJS.ErrnoException) =>
    error.code === 'EEXIST' ? null : refuse(error),
  );
  // Neither made nor emptied: where the run fails before it has anything to write, what was there is still there.
  const handle = made ?? (await open(file, constants.O_WRONLY).catch(refuse));
  const known = await handle.stat();
  let full = known.isFile() && known.size > 0;
  if (full && !(await mayReplace(file, replaceable))) {
    await handle.close();
    throw new InputError('exists already; --force replaces it', { file });
  }
  let empty = made !== null;
  return joinWrites(
    true,
    async (bytes) => {
      if (full) await handle.truncate().catch(refuse);
      full = false;
      await handle.writeFile(bytes).catch(refuse);
      empty = false;
    },
    async () => {
      await handle.close();
      if (empty) await rm(file, { force: true });
    },
  );
}

async function mayReplace(file: string, replaceable: Replaceable): Promise<boolean> {
  return replaceable === 'any' || (replaceable === 'own reports' && OWN_REPORT.test(await readBeginning(file)));
}

/** The first characters of a file; none where it cannot be read. */
async function readBeginning(file: string): Promise<string> {
  const handle = await open(file, 'r').catch(() => null);
  if (!handle) return '';
  try {
    return (await handle.read(Buffer.alloc(64), 0, 64, 0)).buffer.toString('latin1');
  } finally {
    await handle.close();
  }
}

/**
 * Joins what comes while a write is under way into the next one: thousands of small writes cost time. As bytes, which
 * lie outside the heap: long texts that were put together would have it collected all the time.
 */
function joinWrites(toFile: boolean, write: (bytes: Buffer) => Promise<void>, close: () => Promise<void>): Output {
  let waiting: Uint8Array[] = [];
  let size = 0;
  let writing: Promise<void> | null = null;
  let failed = false;
  let closed = false;
  const drain = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        const bytes = Buffer.concat(waiting, size);
        waiting = [];
        size = 0;
        await write(bytes);
      }
      writing = null;
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  return {
    toFile,
    write: async (data) => {
      if (data.length === 0) return;
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      waiting.push(bytes);
      size += bytes.length;
      writing ??= drain();
      // A failure is for the next call to tell.
      writing.catch(() => {});
      if (failed || size > MAX_WAITING) await writing;
    },
    close: async () => {
      if (closed) return;
      closed = true;
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

/** Says in words why a file could not be written. */
export function describeWriteError({ code, message }: NodeJS.ErrnoException): string {
  return `cannot be written: ${PROBLEMS[code ?? ''] ?? message}`;
}

function writeStdout(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(bytes, () => resolve());
  });
}

/** Writes a line to standard output, safe to show. */
export function print(line: string): void {
  process.stdout.write(`${forTerminal(line)}\n`);
}
