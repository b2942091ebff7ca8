import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Listener, ReplyOptions, UdpBehaviour } from './lab-server.js';

async function bind(address: string, port: number): Promise<Socket> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address, port, exclusive: true }, resolve);
    });
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket.on('error', () => undefined);
}

/**
 * Binds one UDP port of `address` (0: the system chooses), and a second one for answers from elsewhere.
 * Rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL …).
 */
export async function listenUdp(address: string, port: number, behaviour: UdpBehaviour): Promise<Listener> {
  const socket = await bind(address, port);
  const elsewhere = await bind(address, 0).catch((error: unknown) => {
    socket.close();
    throw error;
  });
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  socket.on('message', (data, from) => {
    if (stopped) return;
    const reply = (answer: Buffer | string, { fromElsewhere = false, delayMs = 0 }: ReplyOptions = {}) => {
      const send = () => {
        if (!stopped) (fromElsewhere ? elsewhere : socket).send(answer, from.port, from.address, () => undefined);
      };
      if (delayMs === 0) return send();
      const timer = setTimeout(() => {
        timers.delete(timer);
        send();
      }, delayMs);
      timers.add(timer);
    };
    behaviour({ data, from, reply });
  });
  return {
    port: socket.address().port,
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([socket, elsewhere].map((each) => new Promise<void>((resolve) => each.close(resolve))));
    },
  };
}
