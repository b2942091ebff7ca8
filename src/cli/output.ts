import { open } from 'node:fs/promises';
import { InputError } from '../inputs/input-error.js';

/** Where a command's data goes. */
export interface Output {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the file given with `-o`, or standard output. Writing waits for a slow reader.
 * @throws InputError where the file can't be written
 */
export async function openOutput(file: string | undefined): Promise<Output> {
  if (file === undefined) return { write: writeStdout, close: () => Promise.resolve() };
  try {
    const handle = await open(file, 'w');
    return {
      write: async (text) => {
        await handle.write(text);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    throw new InputError(`can not be written (${(error as NodeJS.ErrnoException).code})`, { file });
  }
}

function writeStdout(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
