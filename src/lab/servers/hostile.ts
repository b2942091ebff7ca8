import type { Socket } from 'node:net';
import type { LabServer } from '../lab-server.js';
import { renderSsdpAnswer } from './gateway.js';
import { readHeads, renderHttpAnswer } from './http.js';
import { renderSipAnswer, sip } from './sip.js';
import { resetSocket } from '../../net/sockets/tcp-socket.js';

/** Accepts everything and never answers: a tarpit over TCP, a bound but silent port over UDP. */
export function tarpit(): LabServer {
  return { tcp: (socket) => void socket.resume(), udp: () => undefined };
}

const MAX_BYTES = 64 * 1024 * 1024;

/** Writes `chunk` over and over, as fast as the client reads; after 64 MiB it only holds the connection. */
export function writeEndlessly(socket: Socket, chunk: Buffer): void {
  const more = () => {
    while (socket.writable && socket.bytesWritten < MAX_BYTES && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

/** Talks unasked and without end; by default in one line that never ends. */
export function endlessBanner(text = 'A'): LabServer {
  const chunk = Buffer.alloc(16_384, text);
  return { tcp: (socket) => writeEndlessly(socket.resume(), chunk) };
}

/** Accepts and resets at once: the port is open, whatever the error says. */
export function resetAfterAccept(): LabServer {
  return { tcp: (socket) => resetSocket(socket) };
}

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

export interface DatagramStormOptions {
  /** Datagrams for each one that comes in; default 500. */
  readonly count?: number;
  /** Bytes of each; default 200. */
  readonly length?: number;
  /** Datagrams in total, over the life of the server; default 20,000. */
  readonly max?: number;
}

/** Answers one datagram with a storm of meaningless ones. */
export function datagramStorm({ count = 500, length = 200, max = 20_000 }: DatagramStormOptions = {}): LabServer {
  const payload = Buffer.alloc(length, 'storm ');
  let left = max;
  return {
    udp({ reply }) {
      for (let i = 0; i < count && left > 0; i++, left--) reply(payload);
    },
  };
}

/** Close to the largest UDP payload over IPv4 (65,507). */
const GIANT_DATAGRAM_BYTES = 65_000;

/** Answers every datagram with one of 65,000 bytes: valid SIP where it was asked in SIP, else a row of letters. */
export function giantDatagram(): LabServer {
  return {
    udp({ data, from, reply }) {
      const request = data.toString('latin1');
      const short = renderSipAnswer(request, from, { extra: ['X-Pad: '] });
      const pad = 'g'.repeat(GIANT_DATAGRAM_BYTES - (short?.length ?? 0));
      reply(renderSipAnswer(request, from, { extra: [`X-Pad: ${pad}`] }) ?? pad);
    },
  };
}

/** Answers SIP with thousands of header lines: over UDP as many as one datagram holds. */
export function sipHeaderFlood(): LabServer {
  const flood = (count: number) => sip({ extra: Array.from({ length: count }, (_, i) => `X-${i}: flood`) });
  return { tcp: flood(20_000).tcp!, udp: flood(4_000).udp! };
}

/**
 * Text that does harm wherever it is shown raw: clears a terminal and sets its title, reverses reading order,
 * runs a script in HTML, a formula in a spreadsheet; with 8-bit controls, BEL, NUL, TAB and backspaces. No line ends.
 */
export const HOSTILE_TEXT =
  '=cmd|"/c calc"!A1,\x1b[2J\x1b[1;31mOWNED\x1b]0;owned\x07\x1b]8;;http://192.0.2.66/\x07link\x1b]8;;\x07\x1bPq\x1b\\' +
  '\x9b31m\x85\x00\t\b\b\u202eevil\u2066\u2028\ufeff<script>alert(1)</script>"><img src=x onerror=alert(1)>&lt;{{7*7}}%n';

/** Puts hostile text into every field, whatever protocol it is spoken to in: HTTP, SIP, SSDP, or a bare line. */
export function escapes(text = HOSTILE_TEXT): LabServer {
  const headers = ['Server', 'Location', 'WWW-Authenticate', 'Content-Type', 'Set-Cookie', text].map(
    (name) => [name, text] as const,
  );
  const page = `<html><head><title>${text}</title></head><body>${text}</body></html>`;
  const http = renderHttpAnswer({ status: 401, phrase: text, headers, body: page });
  const fields = {
    status: 200,
    phrase: text,
    server: text,
    userAgent: text,
    allow: text,
    contentType: text,
    body: text,
    extra: [`${text}: ${text}`],
  };
  const ssdp = renderSsdpAnswer({ target: text, usn: text, server: text, location: `http://192.168.1.1/${text}` });
  return {
    tcp(socket) {
      const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
      let spoken = false;
      socket.on('data', (data) => {
        if (!spoken && /^\r?\n/.test(data.toString('latin1'))) socket.write(`${text}\r\n`);
        spoken = true;
      });
      readHeads(socket, (head) => {
        const answer = renderSipAnswer(head, from, fields);
        if (!socket.writable) return;
        if (answer !== null) socket.write(answer);
        else socket.end(http);
      });
    },
    udp({ data, from, reply }) {
      const answer = renderSipAnswer(data.toString('latin1'), from, fields);
      reply(answer ?? (data.toString('latin1').startsWith('M-SEARCH') ? ssdp : text));
    },
  };
}
