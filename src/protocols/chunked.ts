/** A body taken out of its chunks. */
export interface ChunkedBody {
  readonly content: string;
  /** Offset behind the last chunk and its trailers; undefined where the end was not seen. */
  readonly end: number | undefined;
}

const MAX_TRAILERS = 64;

/**
 * Takes a body (one character a byte) out of its chunks (RFC 9112 §7.1), bare LF allowed, as far as it is there.
 * Linear; the caller bounds the text.
 * Undefined where not even the first chunk has a size.
 */
export function decodeChunked(text: string): ChunkedBody | undefined {
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
