import { formatAddress, parseAddress } from '../../model/address.js';
import { parseCidr, parseNetwork } from '../../model/address-ranges.js';
import { quoteInput } from '../../words/input.js';

/** The largest network whose addresses are counted in words; a larger one is only called whole. */
const MAX_COUNTED = 1n << 24n;

/**
 * Why a network in CIDR form is refused whose address is not the first one of the network: `192.0.2.7/24` may be meant
 * as one address, or as 256. Both readings are offered; null if there is only one.
 */
export function refuseHostBits(text: string): string | null {
  const range = parseCidr(text);
  const [, base = '', length = ''] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  const address = parseAddress(base);
  if (!range || !address) return null;
  // IPv4-mapped networks are read as IPv4; the bits that are left of the address are the same.
  const bits = (address.family === 4 ? 32n : 128n) - BigInt(length);
  const first = (address.value >> bits) << bits;
  if (first === address.value) return null;
  const count = range.last - range.first + 1n;
  const all = count <= MAX_COUNTED ? `all ${count} addresses of its network` : 'its whole network';
  const network = `${formatAddress({ family: address.family, value: first })}/${length}`;
  return `${quoteInput(text)} can be read in two ways: write ${base} for this address alone, or ${network} for ${all}`;
}

/** Why a text is refused where an address or a network is expected; null if it is one. */
export function refuseNetwork(text: string): string | null {
  if (!parseNetwork(text)) return `bad network ${quoteInput(text)}: expected a form such as 192.0.2.0/24`;
  return refuseHostBits(text);
}
