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
