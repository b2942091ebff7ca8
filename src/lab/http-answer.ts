import type { TcpBehaviour } from './lab-server.js';
import { readHeads } from './read-heads.js';

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
