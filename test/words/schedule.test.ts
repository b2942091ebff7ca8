import { expect, test } from '@jest/globals';
import { describeSchedule } from '../../src/words/schedule.js';

test.each([
  ['30 3 * * *', 'daily at 3:30'],
  ['5 14 * * 1', 'Mondays at 14:05'],
  ['0 2 * * 7', 'Sundays at 2:00'],
  ['0 6 15 * *', 'monthly on day 15 at 6:00'],
  ['10 * * * *', 'every hour at minute 10'],
  ['@daily', 'daily at 0:00'],
  ['@weekly', 'Sundays at 0:00'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['0 3 1 * 1', '0 3 1 * 1'],
  ['0 3 * 6 *', '0 3 * 6 *'],
  ['0 3,15 * * *', '0 3,15 * * *'],
  ['*/30 * * * *', 'every 30 minutes'],
  ['*/25 * * * *', '*/25 * * * *'],
  ['*/0 * * * *', '*/0 * * * *'],
  ['*/30 8 * * *', '*/30 8 * * *'],
])('%s is %s', (cron, words) => expect(describeSchedule(cron)).toBe(words));
