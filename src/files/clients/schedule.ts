import { Cron } from 'croner';
import { InputError } from '../text/input-error.js';
import { quoteInput } from '../../words/input.js';

/**
 * Parses a cron expression of five fields (minute, hour, day, month, weekday) or a nickname such as `@daily`.
 * @param timeZone an IANA name that is known to be valid
 * @throws InputError where it is none, or never comes due
 */
export function parseSchedule(text: string, timeZone: string): Cron {
  const shown = `bad schedule ${quoteInput(text)}`;
  // croner also takes a single date, which is no schedule.
  if (!text.startsWith('@') && text.trim().split(/\s+/).length !== 5) {
    throw new InputError(`${shown}: expected five fields (minute, hour, day, month, weekday) such as "30 3 * * *"`);
  }
  const cron = createCron(text, timeZone, shown);
  if (cron.nextRun() === null) throw new InputError(`${shown}: that never comes, such as February 31`);
  return cron;
}

function createCron(text: string, timezone: string, shown: string): Cron {
  try {
    return new Cron(text, { timezone, mode: '5-part' });
  } catch (error) {
    throw new InputError(`${shown}: ${(error as Error).message.replace(/^CronPattern: /, '')}`);
  }
}
