import { sayReport } from '../../check/judge/say-report.js';
import { formatDay } from '../../files/text/day.js';
import type { Report, ReportData } from '../../model/report.js';
import { lapseReport } from '../changes/lapsed.js';
import type { Store } from '../store/store.js';

/** Checks from the site that are read: those of few addresses are shown. */
const MOST_INVITED = 100;

/** Which checks that someone at the site began are wanted. */
export interface InvitedWanted {
  /** Begun at or after this time; null: whenever. */
  readonly since: Date | null;
  readonly until: Date;
  readonly now: Date;
  /** Only of this address. */
  readonly address?: string | undefined;
  /** The newest looks that count: what they found of an address they tell themselves. */
  readonly looks: readonly { readonly report: Pick<ReportData, 'target' | 'startedAt'> }[];
}

/**
 * What someone at the site had checked in a time: the newest of each address, and a violation until a later check was as
 * agreed by the same profile. One that was cut off, or by a profile that lets more in, does not tell that it is gone.
 */
export async function readInvited(
  store: Store,
  clientId: string,
  { since, until, now, address, looks }: InvitedWanted,
): Promise<Report[]> {
  const shown: Report[] = [];
  const later = new Map<string | null, ReportData[]>();
  const waivers = await store.listWaivers(clientId);
  const when = { today: formatDay(until), isPast: until < now };
  const isOlder = ({ target, startedAt }: ReportData): boolean =>
    looks.some(({ report }) => report.target.address === target.address && report.startedAt > startedAt);
  for (const { report: seen } of await store.listInvitedChecks(clientId, MOST_INVITED)) {
    const report = isOlder(seen) ? seen : lapseReport(seen, waivers, when);
    const at = new Date(report.startedAt);
    const own = report.target.address;
    const isWanted = (since === null || at >= since) && at <= until && (address === undefined || own === address);
    if (!isWanted) continue;
    const others = later.get(own) ?? [];
    later.set(own, [...others, report]);
    const isTold = others.some(
      ({ verdict, profile }) =>
        verdict === 'violation' || (verdict === 'compliant' && profile.digest === report.profile.digest),
    );
    if (others.length === 0 || (report.verdict === 'violation' && !isTold)) shown.push(sayReport(report));
  }
  return shown;
}
