import { createSocket } from 'node:dgram';

/** A UDP socket on loopback that keeps what comes. */
export interface UdpClient {
  readonly port: number;
  readonly received: readonly Buffer[];
  send(bytes: Buffer, port: number): void;
  /** Waits until so many datagrams have come; fails after two seconds. */
  waitFor(count: number): Promise<readonly Buffer[]>;
  close(): void;
}

/** Binds an ephemeral port. */
export async function openUdpClient(address = '127.0.0.1'): Promise<UdpClient> {
  const socket = createSocket('udp4');
  const received: Buffer[] = [];
  socket.on('message', (bytes) => received.push(bytes));
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return {
    port: socket.address().port,
    received,
    send: (bytes, port) => socket.send(bytes, port, '127.0.0.1'),
    waitFor: async (count) => {
      const end = Date.now() + 30_000;
      while (received.length < count) {
        if (Date.now() > end) throw new Error(`${received.length} of ${count} datagrams came`);
        await pause(5);
      }
      return received;
    },
    close: () => socket.close(),
  };
}

/** Waits, for what must not happen. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
