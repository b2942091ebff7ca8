import { InputError } from '../text/input-error.js';
import { isDay } from '../text/instant.js';
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

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July'].concat([
  ...['August', 'September', 'October', 'November', 'December'],
]);

/**
 * Reads a day as `2030-12-31`, also where a spreadsheet wrote `31.12.2030`, `12/31/2030` or `2030/12/31`, with midnight
 * behind it if need be. What is not a date is given back as it is: the format of an entry refuses it.
 *
 * @throws InputError for a day that can be read in two ways, and for one whose year or form has to be guessed
 */
export function readCellDay(cell: string): string {
  const text = cell.replace(/[ T]0?0:00(?::00(?:\.0+)?)?Z?$/, '');
  const [, year, month = '', day = ''] = /^(\d{4})[./-](\d{1,2})[./-](\d{1,2})$/.exec(text) ?? [];
  if (year !== undefined) return toDay(year, month, day);
  const parts = /^(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})$/.exec(text);
  if (!parts) return refuseSerial(cell) ?? cell;
  const [, first = '', separator, second = '', last = ''] = parts;
  if (last.length === 2) throw new InputError(`${quoteInput(cell)}: write the year in full, as in 2030-12-31`);
  const dayFirst = toDay(last, second, first);
  const monthFirst = toDay(last, first, second);
  if (separator === '.' || Number(first) > 12) return dayFirst;
  if (Number(second) > 12 || dayFirst === monthFirst) return monthFirst;
  throw new InputError(
    `${quoteInput(cell)} can be read in two ways: write ${dayFirst} for ${sayDay(dayFirst)}, or ${monthFirst} for ${sayDay(monthFirst)}`,
  );
}

function toDay(year: string, month: string, day: string): string {
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function sayDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return isDay(day) ? `${date} ${MONTHS[month! - 1]} ${year}` : day;
}

/** A date without its format is a number of days: someone has to look whether it is one. */
function refuseSerial(cell: string): null {
  if (!/^\d{5}$/.test(cell)) return null;
  const day = new Date(EPOCH_MS + Number(cell) * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
  throw new InputError(
    `${quoteInput(cell)} is ${day} as spreadsheets count days: write ${day}, or format it as a date`,
  );
}
