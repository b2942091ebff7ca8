import { parseDuration } from '../../files/text/instant.js';
import { InputError } from '../../files/text/input-error.js';
import { CLOCK_DOUBT_MS, STALE_AFTER_MS } from '../../model/not-checked.js';
import { SEVERITIES } from '../../model/severity.js';
import { CSV_SEPARATORS } from '../../reports/csv-rows.js';
import type { Options, Values } from './option.js';

/*
 * Options of the commands that list what a store knows. They are apart from those of checks, whose reading of targets
 * and profiles takes longer to load than a short list to print.
 */

export const CSV = {
  'csv-separator': { choices: CSV_SEPARATORS, default: ',', describe: 'What stands between the cells of CSV' },
} as const satisfies Options;

export const CRITICAL = {
  'critical-from': {
    choices: SEVERITIES,
    otherwise: 'info',
    describe: 'For --format nagios: violations below this severity are a warning',
  },
} as const satisfies Options;

export const STALE = {
  'stale-after': {
    value: 'TIME',
    otherwise: '8d',
    describe: 'What was last checked longer ago than this is told as not checked, and unknown to --format nagios',
  },
} as const satisfies Options;

/** Whether what was seen at a time is not to be relied on: by {@link STALE}, or since the time is still to come. */
export function readStale(settings: Values<typeof STALE>, now: Date): (at: string) => boolean {
  const before = readStaleBefore(settings, now).getTime();
  return (at) => Date.parse(at) < before || Date.parse(at) > now.getTime() + CLOCK_DOUBT_MS;
}

/** What was last seen before this is too old to rely on, by {@link STALE}. */
export function readStaleBefore(settings: Values<typeof STALE>, now: Date): Date {
  const ms = settings['stale-after'] === undefined ? STALE_AFTER_MS : parseDuration(settings['stale-after']);
  if (ms === undefined || ms === 0) throw new InputError('--stale-after: expected a time such as 36h or 8d');
  return new Date(now.getTime() - ms);
}
