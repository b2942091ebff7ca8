import { MAX_HEAD_BYTES, type MessageHead, parseContentLength, parseHead, readHeaderList } from './headers.js';

/** Interim (1xx) answers that are read over before the real one. */
const MAX_INTERIM = 4;

/** The status and head of an answer. */
export interface Response {
  readonly status: number;
  readonly atLeast11: boolean;
  readonly head: MessageHead;
}

/** The first answer that is not interim, or else the last interim one. */
export function readResponse(bytes: Buffer): Response | undefined {
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

/** What was received of a body. */
export interface Body {
  /** What was received of it within the caller's bound, out of its chunks, a character a byte. */
  readonly content: string;
  /** Whether the answer says where its body ends. */
  readonly delimited: boolean;
  /** Whether `content` is all of it: its end is known, and within the caller's bound. */
  readonly whole: boolean;
  /** Offset behind the body; undefined if its end has not been received or cannot be known. */
  readonly end: number | undefined;
}

/**
 * The body by the rules of RFC 9112 §6.3, as far as it is there within `max` bytes; undefined before the end of the
 * head.
 */
export function readBody(bytes: Buffer, { status, head }: Response, max: number): Body | undefined {
  const start = head.bodyStart;
  if (start === undefined) return undefined;
  if (status === 204 || status === 304) return { content: '', delimited: true, whole: true, end: start };
  const raw = bytes.toString('latin1', start, Math.min(bytes.length, start + max));
  const coding = readHeaderList(head, 'transfer-encoding', 256)?.toLowerCase();
  if (coding?.endsWith('chunked')) {
    const body = decodeChunked(raw);
    const end = body?.end === undefined ? undefined : start + body.end;
    return { content: body?.content ?? raw, delimited: true, whole: end !== undefined, end };
  }
  const length = coding === undefined ? parseContentLength(readHeaderList(head, 'content-length', 256)) : undefined;
  if (length === undefined) return { content: raw, delimited: false, whole: false, end: undefined };
  const end = start + length <= bytes.length ? start + length : undefined;
  return { content: raw.slice(0, length), delimited: true, whole: end !== undefined && length <= max, end };
}

/**
 * Whether the same connection may carry a second request after this answer (RFC 9112 §9.3): the version and the
 * Connection field allow it, and the body had a known end, within `max` bytes, that is exactly where the received
 * bytes end.
 */
export function allowsAnother(bytes: Buffer, response: Response, max: number): boolean {
  if (readBody(bytes, response, max)?.end !== bytes.length) return false;
  const options = (readHeaderList(response.head, 'connection', 256) ?? '').toLowerCase().split(',');
  const has = (option: string) => options.some((given) => given.trim() === option);
  return !has('close') && (response.atLeast11 || has('keep-alive'));
}

const MAX_TRAILERS = 64;

/** A body taken out of its chunks. */
export interface ChunkedBody {
  readonly content: string;
  /** Offset behind the last chunk and its trailers; undefined if the end was not seen. */
  readonly end: number | undefined;
}

/**
 * Takes a body (one character a byte) out of its chunks (RFC 9112 §7.1), bare LF allowed, as far as it is there.
 * Linear; the caller bounds the text.
 * Undefined if not even the first chunk has a size.
 */
function decodeChunked(text: string): ChunkedBody | undefined {
  const parts: string[] = [];
  for (let at = 0; ;) {
    const line = readLine(text, at);
    const size = line === undefined ? NaN : parseSize(text, at);
    if (line === undefined || Number.isNaN(size)) break;
    if (size === 0) return { content: parts.join(''), end: skipTrailers(text, line.next) };
    parts.push(text.slice(line.next, line.next + size));
    const gap = readLine(text, line.next + size);
    if (!gap || gap.end > line.next + size) break;
    at = gap.next;
  }
  return parts.length > 0 ? { content: parts.join(''), end: undefined } : undefined;
}

function parseSize(text: string, at: number): number {
  const digits = /^[0-9a-f]{1,8}(?=[ \t;\r\n])/i.exec(text.slice(at, at + 9));
  return digits ? parseInt(digits[0], 16) : NaN;
}

function skipTrailers(text: string, start: number): number | undefined {
  let at = start;
  for (let count = 0; count < MAX_TRAILERS; count++) {
    const line = readLine(text, at);
    if (!line || line.end === at) return line?.next;
    at = line.next;
  }
  return undefined;
}

function readLine(text: string, at: number): { end: number; next: number } | undefined {
  const feed = text.indexOf('\n', at);
  if (feed < 0) return undefined;
  return { end: feed > at && text[feed - 1] === '\r' ? feed - 1 : feed, next: feed + 1 };
}

/** An answer that is wanted with its whole body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Whether all of it is in `body`, by its length or its last chunk; false where it was cut at the bound. */
  readonly ended: boolean;
  /** Whether it tells where it ends; one that does not ends with its connection. */
  readonly delimited: boolean;
  /** Whether the same connection may carry another request. */
  readonly staysOpen: boolean;
}

/**
 * Whether an answer needs no more bytes: its body has ended by its length or its last chunk, or its head has no end
 * within 16 KiB. Until then, and for bodies of unknown length, it goes on until the other side or the caller ends it.
 */
export function isHttpAnswered(bytes: Buffer, maxBody: number): boolean {
  const response = readResponse(bytes);
  if (response?.head.bodyStart === undefined) return bytes.length > MAX_HEAD_BYTES;
  return readBody(bytes, response, maxBody)?.end !== undefined;
}

/**
 * Parses an HTTP/1.x answer, as tolerant as `parseHttpResponse`, with up to `maxBody` bytes of its body. Undefined
 * where it is no HTTP or its head has no end. Total and linear.
 */
export function parseHttpAnswer(bytes: Buffer, maxBody: number): HttpAnswer | undefined {
  const response = readResponse(bytes);
  const body = response && readBody(bytes, response, maxBody);
  if (!response || !body) return undefined;
  return {
    status: response.status,
    body: Buffer.from(body.content, 'latin1'),
    ended: body.whole,
    delimited: body.delimited,
    staysOpen: allowsAnother(bytes, response, maxBody),
  };
}
