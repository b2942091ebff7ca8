import { connect, type Socket } from 'node:net';
import { resetSocket } from './reset-socket.js';

/** Where to connect to, and from which of our addresses. */
export interface DialOptions {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Opens one TCP connection from an ephemeral port of `localAddress`. Rejects with the system's error, with ETIMEDOUT
 * after `waitMs`, and with the signal's reason.
 */
export function dialTcp({ address, port, localAddress, waitMs, signal }: DialOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const socket = connect({ host: address, port, localAddress, autoSelectFamily: false, noDelay: true });
    const settle = (error?: Error): void => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', cut);
      socket.removeAllListeners('error').on('error', () => {});
      if (!error) return resolve(socket);
      resetSocket(socket);
      reject(error);
    };
    const cut = (): void => settle(signal.reason as Error);
    const late = (): void => settle(Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' }));
    const deadline = setTimeout(late, waitMs);
    signal.addEventListener('abort', cut, { once: true });
    socket.once('error', settle);
    socket.once('connect', () => settle());
  });
}
