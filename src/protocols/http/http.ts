import type { HttpEvidence } from '../../model/evidence.js';
import { cleanHeaderValue, readHeader, readHeaderList, renderAuthority } from './headers.js';
import { allowsAnother, readBody, readResponse } from './http-response.js';

const MAX_TITLE = 256;

/** Raw characters looked at behind `<title>`, before white space is joined. */
const MAX_RAW = 1024;

/** From here on an answer is complete, whatever it claims of itself. */
const ENOUGH_BYTES = 16 * 1024;

/** At most this much of a body is enough, however long it is said to be. */
const ENOUGH_BODY = 4 * 1024;

const MAX_BODY = 2048;

/** Where a request goes, and who sends it. */
export interface HttpRequest {
  readonly path: string;
  readonly host: string;
  readonly port: number;
  readonly userAgent: string;
}

/**
 * Renders a GET request (RFC 9112 §3). It carries no Connection field: connections of HTTP/1.1 persist unless
 * someone says `close` (§9.3), so a second request can follow wherever the server allows it; `keep-alive` is a
 * word of HTTP/1.0 that small embedded servers treat in their own ways. Asks for an uncompressed body.
 */
export function renderHttpGet(request: HttpRequest): Buffer {
  return renderHead('GET', request, [['Accept', '*/*']]);
}

/** Renders a POST request with its body; in all else like a GET. */
export function renderHttpPost(
  request: HttpRequest,
  headers: readonly (readonly [name: string, value: string])[],
  body: Buffer,
): Buffer {
  return Buffer.concat([renderHead('POST', request, [...headers, ['Content-Length', String(body.length)]]), body]);
}

function renderHead(
  method: string,
  { path, host, port, userAgent }: HttpRequest,
  headers: readonly (readonly [name: string, value: string])[],
): Buffer {
  const lines = [
    `${method} ${cleanHeaderValue(path).replaceAll(' ', '%20')} HTTP/1.1`,
    `Host: ${renderAuthority(host, port, 80)}`,
    `User-Agent: ${cleanHeaderValue(userAgent)}`,
    ...headers.map(([name, value]) => `${name}: ${cleanHeaderValue(value)}`),
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
  return bytes.length - start >= ENOUGH_BODY || readBody(bytes, response, ENOUGH_BYTES)?.end !== undefined;
}

/** Whether the same connection may carry a second request after this answer; see {@link allowsAnother}. */
export function staysOpen(bytes: Buffer): boolean {
  const response = readResponse(bytes);
  return response !== undefined && allowsAnother(bytes, response, ENOUGH_BYTES);
}

/**
 * Parses an HTTP/1.x answer, also an incomplete one: tolerates HTTP/1.0, bare LF, folding, a missing phrase and
 * leading interim answers. Undefined if it is not HTTP. The title is sought in the first 16 KiB of the body;
 * `truncated` says that the body shown is not known to be whole.
 */
export function parseHttpResponse(bytes: Buffer): HttpEvidence | undefined {
  const response = readResponse(bytes);
  if (!response) return undefined;
  const { status, head } = response;
  const body = readBody(bytes, response, ENOUGH_BYTES);
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

/**
 * The title of an HTML page, white space joined, at most 256 characters; entities stay as they were sent.
 * Null if there is no title element. A title that is not closed ends at the next tag. Linear in the page.
 */
function extractTitle(html: string): string | null {
  const open = /<title[\s/>]/i.exec(html);
  const start = open ? html.indexOf('>', open.index) + 1 : 0;
  if (start === 0) return null;
  const raw = html.slice(start, start + MAX_RAW);
  const close = /<\/title/i.exec(raw)?.index ?? raw.indexOf('<');
  const title = close < 0 ? raw : raw.slice(0, close);
  return title.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE);
}
