import type { LabServer, ReplyOptions } from '../lab-server.js';
import { readHeads } from './http.js';

/** How a simulated SIP server answers. */
export interface SipAnswer {
  readonly status?: number;
  readonly phrase?: string;
  readonly server?: string;
  readonly userAgent?: string;
  readonly allow?: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Lines end in a bare LF, as some real servers' do. */
  readonly bareLf?: boolean;
  /** Folds header values over several lines at their spaces (RFC 3261 §7.3.1). */
  readonly fold?: boolean;
  /** Further header lines, as they are. */
  readonly extra?: readonly string[];
}

export interface SipOptions extends SipAnswer, ReplyOptions {
  /** UDP answers go only to those who ask from port 5060. */
  readonly onlyToPort5060?: boolean;
  /** Ignores so many UDP requests before it answers one: a lossy way. */
  readonly dropFirst?: number;
}

/** A SIP server that answers OPTIONS over UDP and TCP. */
export function sip(options: SipOptions = {}): LabServer {
  let dropped = 0;
  return {
    tcp(socket) {
      const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
      readHeads(socket, (head) => {
        const answer = renderSipAnswer(head, from, options);
        if (answer !== null && socket.writable) socket.write(answer);
      });
    },
    udp({ data, from, reply }) {
      const answer = renderSipAnswer(data.toString('latin1'), from, options);
      if (answer === null || (options.onlyToPort5060 && from.port !== 5060)) return;
      if (dropped < (options.dropFirst ?? 0)) dropped++;
      else reply(answer, options);
    },
  };
}

/**
 * Renders the answer to a SIP request that came from `from`: Via (with `received` and `rport`, RFC 3581), From,
 * To, Call-ID and CSeq are the request's. Null if it is not a request, lacks one of these, or is an ACK.
 * All but OPTIONS get 405: this server neither rings nor registers anyone.
 */
export function renderSipAnswer(
  request: string,
  from: { readonly address: string; readonly port: number },
  answer: SipAnswer,
): string | null {
  const [first = '', ...lines] = request
    .trimStart()
    .split(/\r?\n\r?\n/, 1)[0]!
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  const method = /^([A-Z]+) \S+ SIP\/2\.0$/.exec(first)?.[1];
  const copied = ['via', 'from', 'to', 'call-id', 'cseq'].map((name) => valuesOf(lines, name));
  if (!method || method === 'ACK' || copied.some((values) => values.length === 0)) return null;

  const [via, [caller], [called], [callId], [cseq]] = copied as [string[], string[], string[], string[], string[]];
  const [top, ...rest] = via;
  const allowed = method === 'OPTIONS';
  const { body = '', bareLf, fold, extra = [] } = answer;
  const header = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`${name}: ${fold ? value.replaceAll(' ', '\r\n ') : value}`];
  const head = [
    allowed ? `SIP/2.0 ${answer.status ?? 200} ${answer.phrase ?? 'OK'}` : 'SIP/2.0 405 Method Not Allowed',
    `Via: ${top!.replace(/;rport(?=;|$)/, `;received=${from.address};rport=${from.port}`)}`,
    ...rest.map((value) => `Via: ${value}`),
    `From: ${caller}`,
    `To: ${called}${/;tag=/i.test(called!) ? '' : ';tag=lab1'}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq}`,
    ...header('Server', answer.server),
    ...header('User-Agent', answer.userAgent),
    ...header('Allow', answer.allow),
    ...extra,
    ...header('Content-Type', answer.contentType),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ].join('\r\n');
  return `${bareLf ? head.replaceAll('\r\n', '\n') + '\n\n' : head + '\r\n\r\n'}${body}`;
}

const COMPACT: Readonly<Record<string, string>> = { v: 'via', f: 'from', t: 'to', i: 'call-id' };

function valuesOf(lines: readonly string[], wanted: string): string[] {
  return lines.flatMap((line) => {
    const [name = '', ...value] = line.split(':');
    const key = name.trim().toLowerCase();
    return (COMPACT[key] ?? key) === wanted ? [value.join(':').trim()] : [];
  });
}
