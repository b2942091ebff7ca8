import type { LabServer } from '../../../src/lab/lab-server.js';
import { readHeads } from '../../../src/lab/servers/http.js';

export interface GiantHeadersOptions {
  /** Default 64. */
  readonly lines?: number;
  /** Characters of each value; default 65,536. */
  readonly length?: number;
}

/** Answers HTTP with header lines of 64 KB, or with very many short ones. */
export function giantHeaders({ lines = 64, length = 65_536 }: GiantHeadersOptions = {}): LabServer {
  const value = 'h'.repeat(length);
  return {
    tcp(socket) {
      readHeads(socket, () => {
        if (!socket.writable) return;
        socket.write(`HTTP/1.1 200 OK\r\nServer: ${value}\r\n`);
        for (let line = 1; line < lines; line++) socket.write(`X-${line}: ${value}\r\n`);
        socket.end('\r\n<title>big</title>');
      });
    },
  };
}
