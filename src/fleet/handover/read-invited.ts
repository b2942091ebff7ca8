import { sayReport } from '../../check/judge/say-report.js';
import type { Report } from '../../model/report.js';
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

/** What someone at the site had checked in a time: the newest of each address. */
export async function readInvited(
  store: Store,
  clientId: string,
  { since, until, address }: InvitedWanted,
): Promise<Report[]> {
  const newest = new Map<string | null, Report>();
  for (const { report } of await store.listInvitedChecks(clientId, MOST_INVITED)) {
    const at = new Date(report.startedAt);
    const own = report.target.address;
    const isWanted = (since === null || at >= since) && at <= until && (address === undefined || own === address);
    if (isWanted && !newest.has(own)) newest.set(own, sayReport(report));
  }
  return [...newest.values()];
}
