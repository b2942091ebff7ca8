import type { LabServer } from '../lab-server.js';

/** Accepts everything and never answers: a tarpit over TCP, a bound but silent port over UDP. */
export function tarpit(): LabServer {
  return { tcp: (socket) => void socket.resume(), udp: () => undefined };
}
