import { lookup } from 'node:dns/promises';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { addressScope, type Resolution } from '../../model/address.js';
import { createUdpSocket } from './udp-port.js';

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist or has no address',
  ENODATA: 'the name has no address',
  EAI_AGAIN: 'the name server did not answer',
  ETIMEOUT: 'the name server did not answer',
};

/** The name exists, but has no address of a family; or it does not exist. */
const NONE: readonly string[] = ['ENOTFOUND', 'ENODATA'];

/**
 * Resolves a host name to all its A and AAAA addresses through the system's resolver, the hosts file included. Where
 * one kind could not be asked for, the system gives the other alone and keeps silent: so what is missing is asked for
 * by itself, but for names of this machine.
 */
export async function resolveName(name: string, ask: typeof lookup = lookup): Promise<Resolution> {
  try {
    const found = await ask(name, { all: true, order: 'verbatim' });
    const families = new Set(found.map(({ family }) => family));
    const absent = ([4, 6] as const).find((family) => !families.has(family));
    if (absent === undefined || found.every(({ address }) => addressScope(address) === 'loopback')) return list(found);
    return await ask(name, { all: true, order: 'verbatim', family: absent }).then(
      (more) => list([...found, ...more]),
      (error: NodeJS.ErrnoException) =>
        NONE.includes(error.code ?? '') ? list(found) : { ...list(found), missing: describeMissing(absent, error) },
    );
  } catch (error) {
    return { problem: describe(error as NodeJS.ErrnoException) };
  }
}

/** What is not known is not checked, whether or not this machine could reach it; and what to do about it. */
function describeMissing(absent: 4 | 6, error: NodeJS.ErrnoException): string {
  const [record, other] = absent === 6 ? ['AAAA', 4] : ['A', 6];
  return (
    `its IPv${absent} addresses are not known: ${describe(error)} (${record}). Have the name server put right, ask ` +
    `another one, or give the IPv${other} address itself, which leaves IPv${absent} unchecked`
  );
}

function list(found: readonly { readonly address: string }[]) {
  return { addresses: [...new Set(found.map(({ address }) => address))] };
}

function describe({ code = 'unknown error' }: NodeJS.ErrnoException): string {
  return PROBLEMS[code] ?? `the name could not be resolved (${code})`;
}

/**
 * Our own address on the way to `address`, as the system's routes choose it; null if there is no route.
 * Connects a UDP socket, which sends nothing.
 */
export function findLocalAddress(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createUdpSocket(address.includes(':') ? 6 : 4);
    const finish = (local: string | null): void => {
      socket.close();
      resolve(local);
    };
    socket.once('error', () => finish(null));
    socket.connect(9, address, (error?: Error) => {
      socket.removeAllListeners('error').on('error', () => {});
      finish(error ? null : socket.address().address);
    });
  });
}

/**
 * Whether this machine has an address of the family of `address` at all, and not only that of the loopback for what
 * is elsewhere. A machine whose IPv6 is switched off has none. In doubt it has.
 */
export function hasAddressToReach(address: string, interfaces = listInterfaces()): boolean {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  const loopback = addressScope(address) === 'loopback';
  return interfaces?.some((own) => own.family === family && (loopback || !own.internal)) ?? true;
}

function listInterfaces(): NetworkInterfaceInfo[] | null {
  try {
    return Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  } catch {
    return null;
  }
}

/** The addresses of this machine's interfaces; none if no descriptor is left to ask the system with. */
export function listOwnAddresses(): ReadonlySet<string> {
  return new Set(listInterfaces()?.map(({ address }) => address));
}
