import type { Client } from '../../model/client.js';

/** Formatters by time zone, and what each said last: making one is slow, and using it 100,000 times too. */
const formatters = new Map<string, { readonly formatter: Intl.DateTimeFormat; at: number; day: string }>();

/** Why a client may not be probed, as a phrase; null where its authorisation holds. The last day still counts. */
export function authorizationProblem(
  { authorization, timeZone }: Pick<Client, 'authorization' | 'timeZone'>,
  now: Date,
): string | null {
  if (!authorization) return 'no authorisation is given';
  const { until } = authorization;
  return until !== null && formatDay(now, timeZone) > until ? `the authorisation ended on ${until}` : null;
}

/** The day in a time zone, `YYYY-MM-DD`. */
function formatDay(at: Date, timeZone: string): string {
  let known = formatters.get(timeZone);
  if (!known) {
    const formatter = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, (known = { formatter, at: NaN, day: '' }));
  }
  if (known.at !== at.getTime()) {
    const parts = Object.fromEntries(known.formatter.formatToParts(at).map(({ type, value }) => [type, value]));
    known.at = at.getTime();
    known.day = `${parts['year']}-${parts['month']}-${parts['day']}`;
  }
  return known.day;
}
