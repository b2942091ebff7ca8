import type { Socket } from 'node:net';

/**
 * Ends a connection with a reset, which leaves no TIME_WAIT behind. A socket that is shutting down already can't
 * be reset: the system refuses, and Node would then keep its descriptor for good; such a one is closed instead.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
