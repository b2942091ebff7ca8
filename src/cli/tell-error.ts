import { StoreError } from '../fleet/store/sqlite-trouble.js';
import { InputError } from '../files/text/input-error.js';
import { forTerminal } from '../words/escape.js';

/** Writes an error to standard error: a line for each problem of the input or the store, or our own with its stack. */
export function tellError(error: unknown): void {
  const text =
    error instanceof InputError || error instanceof StoreError
      ? error.message
      : `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  for (const line of text.split('\n')) process.stderr.write(`sallyport: ${forTerminal(line)}\n`);
}
