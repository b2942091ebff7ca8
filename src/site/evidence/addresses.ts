import { addressScope, formatAddress, parseAddress, unmapAddress } from '../../model/address.js';
import type { LanInterface } from '../../model/lan.js';
import type { AddressScope } from '../../model/report.js';
import { isWithin } from '../../model/address-ranges.js';

/** Whether two texts are one address; texts that are none are compared as they stand. */
export function isSameAddress(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(text: string): string {
  const tidy = tidyAddress(text);
  const address = parseAddress(tidy);
  return address ? formatAddress(unmapAddress(address)) : tidy.toLowerCase();
}

/**
 * An address as routers also write it: with white space, a port or brackets around it, or with zeros in front of its
 * numbers, which are decimal. Texts that are no address are left as they are.
 */
export function tidyAddress(text: string): string {
  const trimmed = text.trim();
  const bare = /^\[([^\]]*)\](?::[0-9]{1,5})?$/.exec(trimmed)?.[1] ?? trimmed;
  const numbers = /^([0-9]{1,4}(?:\.[0-9]{1,4}){3})(?::[0-9]{1,5})?$/.exec(bare)?.[1];
  return numbers?.split('.').map(Number).join('.') ?? bare;
}

/** Whether an address belongs to a network that this machine is in. */
export function isOnLan(address: string, interfaces: readonly LanInterface[]): boolean {
  return isWithin(
    tidyAddress(address),
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
  const scope = addressScope(tidyAddress(address));
  return scope && PLACES[scope];
}

/** Whether a text that should be an address is a name, which is never looked up, or empty: then it may be anyone's. */
export function isAnyones(text: string): boolean {
  return placeOf(text) === undefined;
}
