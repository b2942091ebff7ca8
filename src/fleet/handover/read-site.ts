import type { SiteReport } from '../../model/site.js';
import { saySiteReport } from '../../site/judge/say-site-report.js';
import type { Store } from '../store/store.js';

/** The newest report of a client's site, or the newest that began until a time; null if there is none. */
export async function readSite(store: Store, clientId: string, until: Date | null): Promise<SiteReport | null> {
  const [newest] = await store.listSiteReports(clientId, 1, until);
  return newest ? saySiteReport(newest.report) : null;
}
