import type { Socket } from 'node:net';

const MAX_BYTES = 64 * 1024 * 1024;

/** Writes `chunk` over and over, as fast as the client reads; after 64 MiB it only holds the connection. */
export function writeEndlessly(socket: Socket, chunk: Buffer): void {
  const more = () => {
    while (socket.writable && socket.bytesWritten < MAX_BYTES && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}
