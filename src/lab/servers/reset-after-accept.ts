import { resetSocket } from '../../net/sockets/tcp-socket.js';
import type { LabServer } from '../lab-server.js';

/** Accepts and resets at once: the port is open, whatever the error says. */
export function resetAfterAccept(): LabServer {
  return { tcp: (socket) => resetSocket(socket) };
}
