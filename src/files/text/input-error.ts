/** So many problems are told at once. */
export const MAX_TOLD = 100;

/** Where in the user's input something is wrong; lines and columns count from 1. */
export interface InputPlace {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly key?: string | undefined;
}

/** Bad input from the user: shown as `file:line:column: message` and ends the command with exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(
    readonly problem: string,
    readonly place: InputPlace = {},
  ) {
    const where = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
    super(where ? `${where}: ${problem}` : problem);
  }
}

/**
 * Makes one error of several: its message has one line for each of the first {@link MAX_TOLD}. A single error is given
 * back as it is.
 * @param untold problems besides
 */
export function combineErrors(errors: readonly InputError[], untold = 0): InputError {
  const more = untold + Math.max(errors.length - MAX_TOLD, 0);
  if (errors.length === 1 && more === 0) return errors[0]!;
  const lines = errors.slice(0, MAX_TOLD).map((error) => error.message);
  return new InputError([...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'));
}

/** Throws all errors as one, if there are any. */
export function throwErrors(errors: readonly InputError[]): void {
  if (errors.length > 0) throw combineErrors(errors);
}
