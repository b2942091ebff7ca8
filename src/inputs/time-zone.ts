import { quote } from './quote.js';
import { suggest } from './suggest.js';

/** What is wrong with the names that were asked about, or null; asking Intl takes long. */
const known = new Map<string, string | null>();

/** So many names are remembered. */
const MAX_KNOWN = 1024;

/** Says why a name is no IANA time zone, such as `Europe/Berlin` or `UTC`; null where it is one. */
export function describeBadTimeZone(name: string): string | null {
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= MAX_KNOWN) known.clear();
  const problem = isTimeZone(name)
    ? null
    : `unknown time zone ${quote(name)}${suggest(name, Intl.supportedValuesOf('timeZone')) || '; expected a name such as Europe/Berlin'}`;
  known.set(name, problem);
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
