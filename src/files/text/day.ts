import { quoteInput } from '../../words/input.js';
import { InputError } from './input-error.js';

/*
 * Days as people write them, and as we keep them: `2026-11-20`.
 */

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July'].concat([
  ...['August', 'September', 'October', 'November', 'December'],
]);

/** Whether a calendar has this day, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return start !== null && !Number.isNaN(start.getTime()) && start.toISOString().startsWith(text);
}

/** The day of a time, UTC: `2026-11-20`. */
export function formatDay(time: Date): string {
  return time.toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/**
 * Reads a day as `2030-12-31`, also where it is written `31.12.2030`, `12/31/2030` or `2030/12/31`. What is not a date is
 * given back as it is.
 *
 * @throws InputError for a day that can be read in two ways, and for one whose year has to be guessed
 */
export function readDay(text: string): string {
  const [, year, month = '', day = ''] = /^(\d{4})[./-](\d{1,2})[./-](\d{1,2})$/.exec(text) ?? [];
  if (year !== undefined) return toDay(year, month, day);
  const parts = /^(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})$/.exec(text);
  if (!parts) return text;
  const [, first = '', separator, second = '', last = ''] = parts;
  if (last.length === 2) throw new InputError(`${quoteInput(text)}: write the year in full, as in 2030-12-31`);
  const dayFirst = toDay(last, second, first);
  const monthFirst = toDay(last, first, second);
  if (separator === '.' || Number(first) > 12) return dayFirst;
  if (Number(second) > 12 || dayFirst === monthFirst) return monthFirst;
  throw new InputError(
    `${quoteInput(text)} can be read in two ways: write ${dayFirst} for ${sayDay(dayFirst)}, or ${monthFirst} for ${sayDay(monthFirst)}`,
  );
}

/**
 * Reads the last day on which something is to be valid, as {@link readDay} does, from an option that errors name.
 * @throws InputError for what is not a day, and for one that is past
 */
export function readLastDay(option: string, text: string, now: Date): string {
  const day = readDay(text.trim());
  if (!isDay(day)) throw new InputError(`${option}: ${quoteInput(text)} is not a day such as 2027-06-30`);
  if (day < formatDay(now)) throw new InputError(`${option}: ${day} is past`);
  return day;
}

function toDay(year: string, month: string, day: string): string {
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function sayDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return isDay(day) ? `${date} ${MONTHS[month! - 1]} ${year}` : day;
}
