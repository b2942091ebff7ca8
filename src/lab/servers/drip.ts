import type { LabServer } from '../lab-server.js';

export interface DripOptions {
  readonly text: string;
  /** Milliseconds from byte to byte. */
  readonly everyMs: number;
  /** Begin at once, or when the client has said something (default). */
  readonly unasked?: boolean;
}

/** Sends its text byte by byte, each in a segment of its own, and then closes. */
export function drip({ text, everyMs, unasked = false }: DripOptions): LabServer {
  const bytes = Buffer.from(text, 'latin1');
  return {
    tcp(socket) {
      let sent = 0;
      let timer: NodeJS.Timeout | undefined;
      const begin = () => {
        timer ??= setInterval(() => {
          if (sent >= bytes.length) return void socket.end();
          socket.write(bytes.subarray(sent, ++sent));
        }, everyMs);
      };
      socket.setNoDelay(true);
      socket.on('close', () => clearInterval(timer));
      socket.on('data', begin);
      if (unasked) begin();
    },
  };
}
