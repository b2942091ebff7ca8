import { connect, type Socket } from 'node:net';
import { limitTime, onAbort } from '../../async/time-limit.js';

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
  const limit = limitTime(signal, waitMs, {
    over: Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' }),
  });
  return new Promise((resolve, reject) => {
    if (limit.signal.aborted) return reject(limit.signal.reason as Error);
    const socket = connect({ host: address, port, localAddress, autoSelectFamily: false, noDelay: true });
    const settle = (error?: Error): void => {
      limit.release();
      socket.removeAllListeners('error').on('error', () => {});
      if (!error) return resolve(socket);
      resetSocket(socket);
      reject(error);
    };
    onAbort(limit.signal, () => settle(limit.signal.reason as Error));
    socket.once('error', settle).once('connect', () => settle());
  });
}

/**
 * Ends a connection with a reset, which leaves no TIME_WAIT behind. A socket that is shutting down already cannot
 * be reset: the system refuses, and Node would then keep its descriptor for good; such a one is closed instead.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/**
 * Ends a connection as its conversation is over, with a FIN: some servers take a reset for a fault and end as well.
 * What still comes is read away, since the system would answer it with a reset. Whoever calls it sees to the end of a
 * connection that the other side keeps open.
 */
export function finishSocket(socket: Socket): void {
  socket.removeAllListeners('data').resume();
  socket.end();
}
