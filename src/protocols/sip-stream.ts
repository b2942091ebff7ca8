import { isSipComplete } from './sip.js';

/** A line with which a SIP message begins (RFC 3261 §7.1, §7.2). */
const START_LINE = /^(?:SIP\/2\.0 [1-6][0-9]{2}\b|[A-Z]{1,16} [^\s]{1,512} SIP\/2\.0\r?$)/gm;

/** A stream cut into messages. */
export interface SipPieces {
  /** Messages behind which another one has begun. */
  readonly whole: readonly Buffer[];
  /** The bytes from the last beginning on, and whether they are a message by their Content-Length. */
  readonly rest: Buffer;
  readonly restComplete: boolean;
}

/**
 * Cuts a stream where SIP messages begin. Content-Length only tells whether the last one is complete: something on
 * the way that changes a body and forgets the length must not spoil what follows.
 */
export function splitSipStream(bytes: Buffer): SipPieces {
  const text = bytes.toString('latin1');
  const starts = [...text.matchAll(START_LINE)].map(({ index }) => index).filter((index) => index > 0);
  const edges = [0, ...starts, bytes.length];
  const pieces = edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
  const rest = pieces.pop()!;
  return { whole: pieces, rest, restComplete: isSipComplete(rest) };
}
