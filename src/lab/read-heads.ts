import type { Socket } from 'node:net';

const MAX_PENDING = 16_384;
const MAX_HEADS = 32;

/**
 * Calls `handle` with the head (all up to a blank line, as Latin-1) of every request that comes in: HTTP and SIP
 * without bodies. A client that sends 16 KB without a blank line, or more than 32 requests, is disconnected.
 */
export function readHeads(socket: Socket, handle: (head: string) => void): void {
  let pending = '';
  let heads = 0;
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let end = findEnd(pending); end; end = findEnd(pending)) {
      const head = pending.slice(0, end.index);
      pending = pending.slice(end.index + end[0].length);
      if (!head.trim()) continue;
      if (++heads > MAX_HEADS) return void socket.destroy();
      handle(head.trimStart());
    }
    if (pending.length > MAX_PENDING) socket.destroy();
  });
}

function findEnd(text: string): RegExpExecArray | null {
  return /\r?\n\r?\n/.exec(text);
}
