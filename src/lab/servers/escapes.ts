import { renderHttpAnswer } from '../http-answer.js';
import type { LabServer } from '../lab-server.js';
import { readHeads } from '../read-heads.js';
import { renderSipAnswer } from '../sip-answer.js';
import { renderSsdpAnswer } from './ssdp.js';

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
  const sip = {
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
        const answer = renderSipAnswer(head, from, sip);
        if (!socket.writable) return;
        if (answer !== null) socket.write(answer);
        else socket.end(http);
      });
    },
    udp({ data, from, reply }) {
      const answer = renderSipAnswer(data.toString('latin1'), from, sip);
      reply(answer ?? (data.toString('latin1').startsWith('M-SEARCH') ? ssdp : text));
    },
  };
}
