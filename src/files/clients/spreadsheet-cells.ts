import { InputError } from '../text/input-error.js';
import { formatDay, readDay } from '../text/day.js';
import { quoteInput } from '../../words/input.js';

/** What spreadsheets and people write for yes and no: English, German, French, Spanish, Italian, Portuguese, Dutch … */
const YES = 'yes y true 1 ja j wahr oui vrai sí si verdadero vero sim verdadeiro waar sand sann tak prawda ano pravda';
const NO = 'no n false 0 nein falsch non faux falso não nao nee onwaar nej nei falsk nie fałsz ne nepravda';

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ...YES.split(' ').map((word) => [word, true] as const),
  ...NO.split(' ').map((word) => [word, false] as const),
]);

/**
 * Reads yes or no, also as spreadsheets of other languages write it: `WAHR`, `FALSCH`, `ja`, `oui`.
 * @throws InputError
 */
export function readCellSwitch(cell: string): boolean {
  const value = SWITCHES.get(cell.toLowerCase());
  if (value === undefined) throw new InputError(`${quoteInput(cell)}: expected yes or no`);
  return value;
}

/** The day that spreadsheets count from, as 0: dates are numbers there. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
const DAY_MS = 86_400_000;

/**
 * Reads a day as `2030-12-31`, as {@link readDay} does, with midnight behind it if need be. What is not a date is given
 * back as it is: the format of an entry refuses it.
 *
 * @throws InputError for a day that can be read in two ways, and for one whose year or form has to be guessed
 */
export function readCellDay(cell: string): string {
  return refuseSerial(cell) ?? readDay(cell.replace(/[ T]0?0:00(?::00(?:\.0+)?)?Z?$/, ''));
}

/** A date without its format is a number of days: someone has to look whether it is one. */
function refuseSerial(cell: string): null {
  if (!/^\d{5}$/.test(cell)) return null;
  const day = formatDay(new Date(EPOCH_MS + Number(cell) * DAY_MS));
  throw new InputError(
    `${quoteInput(cell)} is ${day} as spreadsheets count days: write ${day}, or format it as a date`,
  );
}
