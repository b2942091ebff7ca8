import { listenTcp } from '../../src/lab/listen-tcp.js';
import { silenceTcp } from './silence-tcp.js';

/** TCP ports that drop every SYN. */
export interface SilentTcp {
  readonly address: string;
  readonly ports: readonly number[];
  /** Releases the ports: from then on they refuse connections. */
  stop(): Promise<void>;
}

/**
 * Simulates filtered TCP ports on loopback without root (Linux only, see `silenceTcp`): `count` ports that never
 * answer a SYN. Rejects where the system can't do that.
 */
export async function startSilentTcp(count = 1, address = '127.0.0.1'): Promise<SilentTcp> {
  const listeners = await Promise.all(
    Array.from({ length: count }, () => listenTcp(address, 0, (socket) => socket.pause(), { backlog: 1 })),
  );
  const silence = await silenceTcp(listeners);
  return { address, ports: listeners.map(({ port }) => port), stop: () => silence.stop() };
}
