import type { Socket } from 'node:net';
import type { TcpBehaviour } from '../lab-server.js';

/** An HTTP answer; the header lines go out as they are, in this order. */
export interface HttpAnswer {
  readonly version?: '1.0' | '1.1';
  readonly status: number;
  readonly phrase: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Renders an answer as it goes over the wire. */
export function renderHttpAnswer({ version = '1.0', status, phrase, headers, body }: HttpAnswer): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/${version} ${status} ${phrase}\r\n${lines}\r\n${body}`;
}

/** Answers one GET for the path that `answer` is given, and closes the connection; 501 to all else. */
export function serveHttp(answer: (path: string) => HttpAnswer): TcpBehaviour {
  return (socket) => {
    readHeads(socket, (head) => {
      const path = /^GET (\/\S*)/.exec(head)?.[1];
      if (socket.writable) socket.end(renderHttpAnswer(path === undefined ? NOT_IMPLEMENTED : answer(path)));
    });
  };
}

const NOT_IMPLEMENTED: HttpAnswer = { status: 501, phrase: 'Not Implemented', headers: [], body: '' };

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
