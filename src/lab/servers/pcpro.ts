import type { LabServer } from '../lab-server.js';

/** NEC PCPro: accepts, says nothing, and ignores what it is sent. */
export function pcpro(): LabServer {
  return { tcp: (socket) => void socket.resume() };
}
