import type { Client } from '../model/client.js';

/** Formatters by time zone: making one takes far longer than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

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
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  const parts = Object.fromEntries(formatter.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts['year']}-${parts['month']}-${parts['day']}`;
}
