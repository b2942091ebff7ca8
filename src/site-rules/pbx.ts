import type { ProfileService } from '../model/profile.js';
import type { SiteEvidence } from '../model/site.js';

/** Whether the phone system was seen to offer a service on the LAN. */
export function offersOnLan({ lan }: SiteEvidence, { endpoints }: ProfileService): boolean {
  return (lan.pbx?.observations ?? []).some(({ endpoint, state }) => state === 'open' && endpoints.includes(endpoint));
}
