import type { SiteEvidence } from '../../model/site.js';
import { isOnLan, isSameAddress } from './addresses.js';

/**
 * Tells, as a sentence, that the way to the vantage does not begin at a router of this network: then what the vantage
 * looked at is another line. Null where it does, or where nobody knows.
 */
export function findDetour({ outside, lan }: SiteEvidence): string | null {
  const { gateways, interfaces } = lan;
  const first = (outside?.hops ?? []).find(({ ttl }) => ttl === 1)?.address ?? null;
  const isNear = (address: string) =>
    gateways.some(
      (gateway) =>
        isSameAddress(gateway.address, address) ||
        interfaces.some((one) => isOnLan(gateway.address, [one]) && isOnLan(address, [one])),
    );
  if (first === null || gateways.length === 0 || isNear(first)) return null;
  return `The way there begins at ${first}, which is not the router: a VPN or another line is in use.`;
}

/** Whether the check was of another line than this site's, so that nothing of it speaks against the router. */
export function isOfAnotherLine(evidence: SiteEvidence): boolean {
  return findDetour(evidence) !== null || (evidence.outside?.problems ?? []).some(({ part }) => part === 'vantage');
}
