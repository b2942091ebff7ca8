/** A body taken out of its chunks. */
export interface ChunkedBody {
  readonly content: Buffer;
  /** Offset behind the last chunk and its trailers; undefined where the end was not seen. */
  readonly end: number | undefined;
}

/** A size line or trailer beyond this is none of a well-meaning server. */
const MAX_LINE = 1024;

/**
 * Takes the body at `start` out of its chunks (RFC 9112 §7.1), bare LF allowed, as far as it has been received
 * and up to `limit` bytes of content. Undefined where not even the first chunk has a size.
 */
export function decodeChunked(bytes: Buffer, start: number, limit: number): ChunkedBody | undefined {
  const parts: Buffer[] = [];
  let at = start;
  for (let length = 0; length <= limit;) {
    const line = readLine(bytes, at);
    const size = parseInt(/^[0-9a-f]{1,8}(?=[ \t;]|$)/i.exec(line?.text ?? '')?.[0] ?? '', 16);
    if (line === undefined || Number.isNaN(size)) break;
    if (size === 0) return { content: Buffer.concat(parts), end: skipTrailers(bytes, line.next) };
    parts.push(bytes.subarray(line.next, Math.min(line.next + size, line.next + limit)));
    length += size;
    const gap = readLine(bytes, line.next + size);
    if (gap?.text !== '') break;
    at = gap.next;
  }
  return parts.length > 0 ? { content: Buffer.concat(parts), end: undefined } : undefined;
}

function skipTrailers(bytes: Buffer, start: number): number | undefined {
  let at = start;
  for (let count = 0; count < 64; count++) {
    const line = readLine(bytes, at);
    if (line === undefined) return undefined;
    if (line.text === '') return line.next;
    at = line.next;
  }
  return undefined;
}

function readLine(bytes: Buffer, at: number): { text: string; next: number } | undefined {
  const feed = bytes.subarray(at, at + MAX_LINE).indexOf(0x0a);
  if (feed < 0) return undefined;
  const end = feed > 0 && bytes[at + feed - 1] === 0x0d ? at + feed - 1 : at + feed;
  return { text: bytes.toString('latin1', at, end), next: at + feed + 1 };
}
