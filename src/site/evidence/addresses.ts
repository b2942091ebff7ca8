import { addressScope, formatAddress, parseAddress, unmapAddress } from '../../model/address.js';
import type { LanInterface } from '../../model/lan.js';
import type { AddressScope } from '../../model/report.js';
import { isWithin } from '../../model/address-ranges.js';

/** Whether two texts are one address; texts that are none are compared as they stand. */
export function isSameAddress(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(text: string): string {
  const address = parseAddress(text.trim());
  return address ? formatAddress(unmapAddress(address)) : text.trim().toLowerCase();
}

/** Whether an address belongs to a network that this machine is in. */
export function isOnLan(address: string, interfaces: readonly LanInterface[]): boolean {
  return isWithin(
    address.trim(),
    interfaces.map((one) => `${one.address}/${one.prefixLength}`),
  );
}

/**
 * Where an address can be: on the `internet` (documentation and benchmarking addresses pass for such), in a provider's
 * shared space (`cgnat`), `inside` a network behind NAT, or `nowhere`, since no device has it.
 */
export type Place = 'internet' | 'cgnat' | 'inside' | 'nowhere';

const PLACES: Readonly<Record<AddressScope, Place>> = {
  public: 'internet',
  documentation: 'internet',
  benchmarking: 'internet',
  cgnat: 'cgnat',
  private: 'inside',
  'link-local': 'inside',
  loopback: 'inside',
  reserved: 'nowhere',
  multicast: 'nowhere',
  broadcast: 'nowhere',
  unspecified: 'nowhere',
};

/** Where an address can be; undefined if the text is none. */
export function placeOf(address: string): Place | undefined {
  const scope = addressScope(address.trim());
  return scope && PLACES[scope];
}
