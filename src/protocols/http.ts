import type { HttpEvidence } from '../model/report.js';
import { renderAuthority } from './authority.js';
import { decodeChunked } from './chunked.js';
import type { MessageHead } from './headers.js';
import { cleanHeaderValue, parseContentLength, parseHead, readHeader, readHeaderList } from './headers.js';
import { extractTitle } from './html-title.js';

/** From here on an answer is complete, whatever it claims of itself. */
const ENOUGH_BYTES = 16 * 1024;
/** So much of a body is enough, however long it is said to be. */
const ENOUGH_BODY = 4 * 1024;
const MAX_BODY = 2048;
/** Interim (1xx) answers that are read over before the real one. */
const MAX_INTERIM = 4;

/**
 * Renders a GET request (RFC 9112 §3). It carries no Connection field: connections of HTTP/1.1 persist unless
 * somebody says `close` (§9.3), so a second request can follow wherever the server allows it; `keep-alive` is a
 * word of HTTP/1.0 that small embedded servers treat in their own ways. Asks for an uncompressed body.
 */
export function renderHttpGet(request: { path: string; host: string; port: number; userAgent: string }): Buffer {
  const lines = [
    `GET ${cleanHeaderValue(request.path).replaceAll(' ', '%20')} HTTP/1.1`,
    `Host: ${renderAuthority(request.host, request.port, 80)}`,
    `User-Agent: ${cleanHeaderValue(request.userAgent)}`,
    'Accept: */*',
    'Accept-Encoding: identity',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/**
 * Whether there is nothing more worth waiting for: the body is there by its length or its last chunk, or 4 KiB of
 * it are, or there are more than 16 KiB altogether. An answer of unknown length, and anything that is no HTTP,
 * goes on until the other side ends it or the caller's patience does.
 */
export function isHttpComplete(bytes: Buffer): boolean {
  if (bytes.length > ENOUGH_BYTES) return true;
  const response = readResponse(bytes);
  const start = response?.head.bodyStart;
  if (!response || start === undefined) return false;
  return bytes.length - start >= ENOUGH_BODY || readBody(bytes, response)?.end !== undefined;
}

/**
 * Whether the same connection may carry a second request after this answer (RFC 9112 §9.3): the version and the
 * Connection field allow it, and the body had a known end that is exactly where the received bytes end.
 */
export function staysOpen(bytes: Buffer): boolean {
  const response = readResponse(bytes);
  if (!response || readBody(bytes, response)?.end !== bytes.length) return false;
  const options = (readHeaderList(response.head, 'connection', 256) ?? '').toLowerCase().split(',');
  const has = (option: string) => options.some((given) => given.trim() === option);
  return !has('close') && (response.atLeast11 || has('keep-alive'));
}

/**
 * Parses an HTTP/1.x answer, also an incomplete one: tolerates HTTP/1.0, bare LF, folding, a missing phrase and
 * leading interim answers. Undefined where it is no HTTP. The title is sought in the first 16 KiB of the body;
 * `truncated` says that the body shown is not known to be whole.
 */
export function parseHttpResponse(bytes: Buffer): HttpEvidence | undefined {
  const response = readResponse(bytes);
  if (!response) return undefined;
  const { status, head } = response;
  const body = readBody(bytes, response);
  const content = body?.content ?? '';
  return {
    status,
    server: readHeader(head, ['server'], 256),
    title: extractTitle(content),
    location: readHeader(head, ['location'], 512),
    authenticate: readHeaderList(head, 'www-authenticate', 256),
    body: content.slice(0, MAX_BODY),
    truncated: content.length > MAX_BODY || body === undefined || (body.delimited && body.end === undefined),
  };
}

interface Response {
  readonly status: number;
  readonly atLeast11: boolean;
  readonly head: MessageHead;
}

/** The first answer that is not interim, or else the last interim one. */
function readResponse(bytes: Buffer): Response | undefined {
  let response = readOneResponse(bytes, 0);
  for (let interim = 0; interim < MAX_INTERIM && response && isInterim(response.status); interim++) {
    const next = response.head.bodyStart === undefined ? undefined : readOneResponse(bytes, response.head.bodyStart);
    if (!next) break;
    response = next;
  }
  return response;
}

function readOneResponse(bytes: Buffer, from: number): Response | undefined {
  const head = parseHead(bytes, from);
  const match = /^HTTP\/([0-9](?:\.[0-9])?)[ \t]+([0-9]{3})(?![0-9])/i.exec(head?.startLine ?? '');
  return head && match ? { status: Number(match[2]), atLeast11: Number(match[1]) >= 1.1, head } : undefined;
}

/** 101 is final here: what follows is another protocol. */
function isInterim(status: number): boolean {
  return status >= 100 && status <= 199 && status !== 101;
}

interface Body {
  /** What was received of it within the first 16 KiB, out of its chunks. */
  readonly content: string;
  /** Whether the answer says where its body ends. */
  readonly delimited: boolean;
  /** Offset behind the body; undefined where its end has not been received or can't be known. */
  readonly end: number | undefined;
}

/** The body by the rules of RFC 9112 §6.3, as far as it is there; undefined before the end of the head. */
function readBody(bytes: Buffer, { status, head }: Response): Body | undefined {
  const start = head.bodyStart;
  if (start === undefined) return undefined;
  if (status === 204 || status === 304) return { content: '', delimited: true, end: start };
  const raw = bytes.toString('latin1', start, Math.min(bytes.length, start + ENOUGH_BYTES));
  const coding = readHeaderList(head, 'transfer-encoding', 256)?.toLowerCase();
  if (coding?.endsWith('chunked')) {
    const body = decodeChunked(raw);
    const end = body?.end === undefined ? undefined : start + body.end;
    return { content: body?.content ?? raw, delimited: true, end };
  }
  const length = coding === undefined ? parseContentLength(readHeaderList(head, 'content-length', 256)) : undefined;
  if (length === undefined) return { content: raw, delimited: false, end: undefined };
  const end = start + length;
  return { content: raw.slice(0, length), delimited: true, end: end <= bytes.length ? end : undefined };
}
