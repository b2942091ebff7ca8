import type { LabServer } from '../lab-server.js';
import { writeEndlessly } from '../write-endlessly.js';

/** Talks unasked and without end; by default in one line that never ends. */
export function endlessBanner(text = 'A'): LabServer {
  const chunk = Buffer.alloc(16_384, text);
  return { tcp: (socket) => writeEndlessly(socket.resume(), chunk) };
}
