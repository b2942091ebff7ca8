import type { SiteReportData } from '../../model/site.js';
import { isSameAddress } from './addresses.js';

/**
 * Whether two reports are of one site, as far as they tell: by the client that both name; without one by the public
 * address, and where one of them does not know it, by the address of a gateway. A line that was given another public
 * address passes for another site.
 */
export function isSameSite(one: Pick<SiteReportData, 'client' | 'evidence'>, other: typeof one): boolean {
  if (one.client !== null || other.client !== null) return one.client === other.client;
  const [address, another] = [one, other].map(({ evidence }) => evidence.outside?.address ?? null);
  if (address && another) return isSameAddress(address, another);
  const gateways = other.evidence.lan.gateways;
  return one.evidence.lan.gateways.some((gateway) =>
    gateways.some((two) => isSameAddress(gateway.address, two.address)),
  );
}
