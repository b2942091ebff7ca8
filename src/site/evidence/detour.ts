import type { SiteEvidence } from '../../model/site.js';
import { isOnLan, isSameAddress, placeOf } from './addresses.js';
import { listRouters, outwardAddresses } from './gateways.js';

/**
 * Where the way to the vantage begins, if that is not at a router of this network: then the vantage looked at another
 * line. Null if it is, or if that is not known.
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
  return first === null || gateways.length === 0 || isNear(first) ? null : first;
}

/** Whether the check was of another line than this site's, so that nothing of it speaks against the router. */
export function isOfAnotherLine(evidence: SiteEvidence): boolean {
  return findDetour(evidence) !== null || (evidence.outside?.problems ?? []).some(({ part }) => part === 'vantage');
}

/**
 * The external addresses of the routers, where none of them is the public one that the vantage sees us by. Null if one
 * is, and where the addresses show something else already: a private one, or one of a provider's shared space.
 */
export function findOtherAddresses({ lan, outside }: SiteEvidence): { addresses: string[]; seenAs: string } | null {
  const addresses = listRouters(lan.gateways).flatMap(outwardAddresses);
  const seenAs = outside?.address ?? null;
  const isOpen = addresses.every((address) => placeOf(address) === 'internet');
  if (seenAs === null || addresses.length === 0 || !isOpen) return null;
  return addresses.some((address) => isSameAddress(address, seenAs)) ? null : { addresses, seenAs };
}
