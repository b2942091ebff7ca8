import type { Mail } from './smtp-sink.js';

/** A part of a mail that has no parts itself. */
export interface MailPart {
  readonly type: string;
  /** Its headers, unfolded. */
  readonly head: string;
  readonly bytes: Buffer;
}

/** A mail taken apart. */
export interface ReadMail {
  /** Unfolded, in order. */
  readonly headers: readonly string[];
  readonly header: (name: string) => string | undefined;
  readonly parts: readonly MailPart[];
  /** The text part. */
  readonly text: string;
}

/** Takes a mail apart, as RFC 2045 and 2046 say. */
export function readMail({ source }: Pick<Mail, 'source'>): ReadMail {
  const [head, body] = split(source);
  const headers = head.split('\r\n');
  const parts = listParts(head, body);
  return {
    headers,
    header: (name) => headers.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2),
    parts,
    text: parts.find(({ type }) => type === 'text/plain')?.bytes.toString() ?? '',
  };
}

function split(source: string): [head: string, body: string] {
  const end = source.indexOf('\r\n\r\n');
  return [source.slice(0, end).replace(/\r\n[ \t]+/g, ' '), source.slice(end + 4)];
}

function listParts(head: string, body: string): MailPart[] {
  const type = /^Content-Type: ([\w/.+-]+)/im.exec(head)?.[1] ?? 'text/plain';
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1];
  if (!type.startsWith('multipart/') || boundary === undefined) return [{ type, head, bytes: decode(head, body) }];
  return `\r\n${body}`
    .split(`\r\n--${boundary}`)
    .slice(1, -1)
    .flatMap((part) => listParts(...split(part.replace(/^\r\n/, ''))));
}

function decode(head: string, body: string): Buffer {
  if (/^Content-Transfer-Encoding: base64/im.test(head)) return Buffer.from(body, 'base64');
  if (!/^Content-Transfer-Encoding: quoted-printable/im.test(head)) return Buffer.from(body);
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
