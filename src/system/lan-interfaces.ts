import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { parseAddress } from '../model/address.js';
import type { LanInterface } from '../model/lan.js';

const MAX_INTERFACES = 64;

/**
 * The IPv4 addresses of this machine's interfaces, loopback left out.
 * @throws the system's error, where it cannot be asked
 */
export function listLanInterfaces(): LanInterface[] {
  return selectLanInterfaces(networkInterfaces());
}

/** The IPv4 addresses among what the system says of its interfaces. */
export function selectLanInterfaces(
  all: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): LanInterface[] {
  return Object.entries(all)
    .flatMap(([name, addresses = []]) =>
      addresses.flatMap(({ family, internal, address, cidr }) => {
        const prefixLength = Number(cidr?.split('/')[1] ?? 32);
        return family === 'IPv4' && !internal ? [{ name: name.slice(0, 64), address, prefixLength }] : [];
      }),
    )
    .slice(0, MAX_INTERFACES);
}

/** The interface on whose network an IPv4 address is, if there is one. */
export function findLan(interfaces: readonly LanInterface[], address: string): LanInterface | undefined {
  const value = networkOf(address, 32);
  return value === undefined
    ? undefined
    : interfaces.find((lan) => networkOf(lan.address, lan.prefixLength) === networkOf(address, lan.prefixLength));
}

/**
 * Whether two addresses of this machine are on one network, whatever the mask of either; true as well where one of them
 * is none of the interfaces', as on loopback.
 */
export function areTogether(interfaces: readonly LanInterface[], one: string, other: string): boolean {
  const isOurs = (address: string) => interfaces.some((lan) => lan.address === address);
  if (!isOurs(one) || !isOurs(other)) return true;
  return interfaces.some((lan) => findLan([lan], one) && findLan([lan], other));
}

function networkOf(address: string, prefixLength: number): bigint | undefined {
  const parsed = parseAddress(address);
  return parsed?.family === 4 ? parsed.value >> BigInt(32 - prefixLength) : undefined;
}
