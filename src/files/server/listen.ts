import { addressScope, formatAddress, parseAddress } from '../../model/address.js';
import { countAddresses, mergeRanges, parseNetwork, type AddressRange } from '../../model/address-ranges.js';
import { InputError } from '../text/input-error.js';
import { refuseHostBits } from '../text/network.js';
import { quoteInput } from '../../words/input.js';

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Whether only this machine gets there. */
  readonly loopback: boolean;
}

/** Proxies in all that may tell whom they speak for. */
const MAX_PROXIES = { 4: 1n << 16n, 6: 1n << 80n } as const;

/**
 * Parses HOST:PORT to listen on. The host is an address, in brackets where IPv6, or `localhost`: a name could lead
 * elsewhere tomorrow.
 * @throws InputError
 */
export function parseListen(text: string): ListenAddress {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]{1,45})\]|([^:[\]]{1,45})):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? (plain === 'localhost' ? '127.0.0.1' : plain) ?? '';
  const address = parseAddress(host);
  const port = Number(digits);
  if (!address || (address.family === 6) !== (bracketed !== undefined) || !(port <= 65_535)) {
    throw new InputError(`${quoteInput(text)} is not ADDRESS:PORT to listen on, such as 127.0.0.1:8443 or [::]:8443`);
  }
  return { host: formatAddress(address), port, loopback: addressScope(host) === 'loopback' };
}

/**
 * Parses the addresses and networks of trusted proxies, separated by commas.
 * @throws InputError for what is none, and for networks so wide that strangers are in them
 */
export function parseProxies(text: string): AddressRange[] {
  const ranges = text.split(',').map((item) => {
    const given = item.trim();
    const range = parseNetwork(given);
    if (!range) throw new InputError(`${quoteInput(given)} is neither an address nor a network of proxies`);
    const twoWays = refuseHostBits(given);
    if (twoWays) throw new InputError(twoWays);
    if (countAddresses([range]) > MAX_PROXIES[range.family])
      throw new InputError(`${quoteInput(given)} is too wide: name the proxies that you run`);
    return range;
  });
  return mergeRanges(ranges);
}
