import { sayReport } from '../../check/judge/say-report.js';
import type { Report, ReportData } from '../../model/report.js';
import type { Store } from '../store/store.js';

/** Checks from the site that are read: those of few addresses are shown. */
const MOST_INVITED = 100;

/** Which checks that someone at the site began are wanted. */
export interface InvitedWanted {
  /** Begun at or after this time; null: whenever. */
  readonly since: Date | null;
  readonly until: Date;
  /** Only of this address. */
  readonly address?: string | undefined;
}

/**
 * What someone at the site had checked in a time: the newest of each address, and a violation until a later check was as
 * agreed by the same profile. One that was cut off, or by a profile that lets more in, does not tell that it is gone.
 */
export async function readInvited(
  store: Store,
  clientId: string,
  { since, until, address }: InvitedWanted,
): Promise<Report[]> {
  const shown: Report[] = [];
  const later = new Map<string | null, ReportData[]>();
  for (const { report } of await store.listInvitedChecks(clientId, MOST_INVITED)) {
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
