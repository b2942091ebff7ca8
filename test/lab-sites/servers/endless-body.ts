import type { LabServer } from '../../../src/lab/lab-server.js';
import { readHeads } from '../../../src/lab/servers/http.js';
import { writeEndlessly } from '../../../src/lab/servers/hostile.js';

/** Promises an HTTP body of 1 GB, and keeps sending. */
export function endlessBody(): LabServer {
  const head = 'HTTP/1.1 200 OK\r\nServer: Henry/1.1\r\nContent-Type: text/html\r\nContent-Length: 1000000000\r\n\r\n';
  const chunk = Buffer.alloc(16_384, '<p>more</p>');
  return {
    tcp(socket) {
      let begun = false;
      readHeads(socket, () => {
        if (begun) return;
        begun = true;
        socket.write(head);
        writeEndlessly(socket, chunk);
      });
    },
  };
}
