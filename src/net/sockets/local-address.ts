import { networkInterfaces } from 'node:os';
import { createUdpSocket } from './udp-socket.js';

/**
 * Our own address on the way to `address`, as the system's routes choose it; null where there is no route.
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

/** The addresses of this machine's interfaces; none where no descriptor is left to ask the system with. */
export function listOwnAddresses(): ReadonlySet<string> {
  try {
    return new Set(Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []));
  } catch {
    return new Set();
  }
}
