import { Cron } from 'croner';
import { InputError } from '../text/input-error.js';
import { quoteInput, suggest } from '../../words/input.js';

/** What is wrong with the names that were asked about, or null; asking Intl takes long. */
const knownZones = new Map<string, string | null>();

/** At most this many names are remembered. */
const MAX_KNOWN = 1024;

/**
 * Parses a cron expression of five fields (minute, hour, day, month, weekday) or a nickname such as `@daily`.
 * @param timeZone an IANA name that is known to be valid
 * @throws InputError if it is not one, or never comes due
 */
export function parseSchedule(text: string, timeZone: string): Cron {
  const shown = `bad schedule ${quoteInput(text)}`;
  // croner also takes a single date, which is not a schedule.
  if (!text.startsWith('@') && text.trim().split(/\s+/).length !== 5) {
    throw new InputError(`${shown}: expected five fields (minute, hour, day, month, weekday) such as "30 3 * * *"`);
  }
  const cron = createCron(text, timeZone, shown);
  if (cron.nextRun() === null) throw new InputError(`${shown}: never occurs, like February 31`);
  return cron;
}

function createCron(text: string, timezone: string, shown: string): Cron {
  try {
    return new Cron(text, { timezone, mode: '5-part' });
  } catch {
    throw new InputError(`${shown}: ${text.startsWith('@') ? describeBadNickname(text) : describeBadField(text)}`);
  }
}

const NICKNAMES = ['@hourly', '@daily', '@weekly', '@monthly', '@yearly'];

function describeBadNickname(text: string): string {
  return `expected one of ${NICKNAMES.join(', ')}${suggest(text, NICKNAMES)}`;
}

/** The fields of an expression, and what their numbers may be. */
const FIELDS = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'weekday', from: 0, to: 7 },
] as const;

/** Which field of a bad expression is wrong, in our own words: the library counts months from 0. */
function describeBadField(text: string): string {
  const given = text.trim().split(/\s+/);
  for (const [index, { name, from, to }] of FIELDS.entries()) {
    const field = given[index] ?? '';
    if (isField(field, index)) continue;
    // What follows a slash or a number sign is no place in time.
    const numbers = field.replace(/[/#]\d+/g, '').match(/\d+/g) ?? [];
    const outside = numbers.find((number) => Number(number) < from || Number(number) > to);
    if (outside !== undefined) return `${name} ${outside} does not exist: expected ${from} to ${to}`;
    return `the ${name} ${quoteInput(field)} is not understood: expected *, numbers from ${from} to ${to}, ranges such as ${from}-${from + 2}, or steps such as */2`;
  }
  return 'its fields do not go together';
}

function isField(field: string, index: number): boolean {
  try {
    new Cron(FIELDS.map((_, place) => (place === index ? field : '*')).join(' '), { mode: '5-part', paused: true });
    return true;
  } catch {
    return false;
  }
}

/** Says why a name is not an IANA time zone, such as `Europe/Berlin` or `UTC`; null if it is one. */
export function describeBadTimeZone(name: string): string | null {
  const before = knownZones.get(name);
  if (before !== undefined) return before;
  if (knownZones.size >= MAX_KNOWN) knownZones.clear();
  const problem = isTimeZone(name)
    ? null
    : `unknown time zone ${quoteInput(name)}${suggest(name, Intl.supportedValuesOf('timeZone')) || '; expected a name such as Europe/Berlin'}`;
  knownZones.set(name, problem);
  return problem;
}

function isTimeZone(name: string): boolean {
  // Some versions of Node also take an offset such as +01:00, which knows no summer time.
  if (!/^[a-z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
