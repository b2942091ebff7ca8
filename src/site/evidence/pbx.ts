import type { ProfileService } from '../../model/profile.js';
import type { SiteEvidence } from '../../model/site.js';
import { isSameAddress } from './addresses.js';

/** Whether the phone system was seen to offer a service on the LAN. */
export function offersOnLan({ lan }: SiteEvidence, { endpoints }: ProfileService): boolean {
  return (lan.pbx?.observations ?? []).some(({ endpoint, state }) => state === 'open' && endpoints.includes(endpoint));
}

/** Whether the stand-in listened where the phone system will be: forwards that lead there arrive nowhere else. */
export function isInPlace({ pbxAddress, standIn }: SiteEvidence): boolean {
  return pbxAddress !== null && standIn !== null && isSameAddress(pbxAddress, standIn.address);
}
