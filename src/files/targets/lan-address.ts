import { isIPv4 } from 'node:net';
import { InputError, throwErrors } from '../text/input-error.js';
import { isLanAddress } from '../../model/address.js';

/**
 * What is wrong with an address that should be of a LAN; null where nothing is. IPv4 alone: the phone systems and the
 * gateways' port mappings are.
 * @param option the option that it was given with, for the message
 * @param looker who looks at the LAN only, for example "sallyport lan"
 */
export function refuseLanAddress(text: string, option: string, looker: string): InputError | null {
  if (!isIPv4(text)) return new InputError(`${option} ${text}: expected an IPv4 address, such as 192.168.1.1`);
  if (isLanAddress(text)) return null;
  return new InputError(`${option} ${text} is no private address: ${looker} looks at the LAN only`);
}

/**
 * Requires that all addresses given with some options are of a LAN.
 * @param given addresses by the option that they were given with
 * @throws InputError with a line for each that is not
 */
export function requireLanAddresses(given: Readonly<Record<string, readonly string[]>>, looker: string): void {
  throwErrors(
    Object.entries(given).flatMap(([option, addresses]) =>
      addresses.flatMap((address) => refuseLanAddress(address, option, looker) ?? []),
    ),
  );
}
