const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];
const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

/** A cron expression in words, such as "daily at 3:30"; as it is written where there are no simple words for it. */
export function describeSchedule(cron: string): string {
  const text = NICKNAMES[cron.trim().toLowerCase()] ?? cron.trim();
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = text.split(/\s+/);
  const isNumber = (field: string) => /^\d{1,2}$/.test(field);
  const [, step] = /^\*\/(\d{1,2})$/.exec(minute) ?? [];
  const isAlways = [hour, day, month, weekday].every((field) => field === '*') && more.length === 0;
  // Others begin anew at each hour, after a shorter time.
  if (isAlways && Number(step) > 1 && 60 % Number(step) === 0) return `every ${Number(step)} minutes`;
  if (more.length > 0 || month !== '*' || !isNumber(minute)) return cron;
  const minutes = minute.padStart(2, '0');
  if (hour === '*' && day === '*' && weekday === '*') return `every hour at minute ${Number(minute)}`;
  if (!isNumber(hour)) return cron;
  const time = `at ${Number(hour)}:${minutes}`;
  if (day === '*' && weekday === '*') return `daily ${time}`;
  if (day === '*' && isNumber(weekday) && Number(weekday) <= 7) return `${DAYS[Number(weekday) % 7]} ${time}`;
  return weekday === '*' && isNumber(day) ? `monthly on day ${Number(day)} ${time}` : cron;
}
