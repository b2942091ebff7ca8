/** An event of a stream, its data still text. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** What a stream may have, in bytes. */
export interface StreamLimits {
  readonly line: number;
  /** All data of one event; counted in characters, of which each takes a byte at least. */
  readonly event: number;
  readonly total: number;
}

const LF = 0x0a;
const CR = 0x0d;
const MAX_NAME = 64;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2.6) from bytes as they come: comments, ids and reconnection times
 * are left out, and so are events without data. Takes linear time; never throws. What goes beyond the limits ends it:
 * `problem` then tells which, and nothing more is read.
 */
export class EventStreamParser {
  #problem: string | null = null;
  #total = 0;
  #line = Buffer.alloc(0);
  #lineLength = 0;
  #afterCr = false;
  #first = true;
  #event = '';
  #data: string[] = [];
  #dataLength = 0;

  constructor(private readonly limits: StreamLimits) {}

  /** Why the stream is read no further; null while it is. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Takes the next bytes; returns the events that they complete. */
  push(bytes: Buffer): StreamEvent[] {
    const events: StreamEvent[] = [];
    if (this.#problem !== null) return events;
    this.#total += bytes.length;
    let start = 0;
    for (let at = 0; at < bytes.length && this.#problem === null; at++) {
      const byte = bytes[at];
      if (byte !== LF && byte !== CR) {
        this.#afterCr = false;
        continue;
      }
      const secondHalf = byte === LF && this.#afterCr;
      this.#afterCr = byte === CR;
      if (!secondHalf) {
        this.#keep(bytes.subarray(start, at));
        const event = this.#endLine();
        if (event) events.push(event);
      }
      start = at + 1;
    }
    this.#keep(bytes.subarray(start));
    if (this.#total > this.limits.total) this.#problem ??= `more than ${this.limits.total} bytes`;
    return events;
  }

  /** Adds to the line so far, in a buffer that doubles: pieces may be of one byte each. */
  #keep(piece: Buffer): void {
    const length = this.#lineLength + piece.length;
    if (length > this.limits.line) {
      this.#problem ??= `a line of more than ${this.limits.line} bytes`;
      return;
    }
    if (length > this.#line.length) {
      const larger = Buffer.alloc(Math.min(this.limits.line, Math.max(1_024, length * 2)));
      this.#line.copy(larger, 0, 0, this.#lineLength);
      this.#line = larger;
    }
    piece.copy(this.#line, this.#lineLength);
    this.#lineLength = length;
  }

  #endLine(): StreamEvent | undefined {
    const text = this.#line.toString('utf8', 0, this.#lineLength);
    const line = this.#first ? text.replace(/^\ufeff/, '') : text;
    this.#first = false;
    this.#lineLength = 0;
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (name === 'event') this.#event = value.slice(0, MAX_NAME);
    else if (name === 'data') this.#addData(value);
    return undefined;
  }

  #addData(value: string): void {
    this.#dataLength += value.length + 1;
    if (this.#dataLength > this.limits.event) this.#problem ??= `an event of more than ${this.limits.event} bytes`;
    else this.#data.push(value);
  }

  #dispatch(): StreamEvent | undefined {
    const data = this.#data.join('\n');
    const event = this.#event || 'message';
    this.#event = '';
    this.#data = [];
    this.#dataLength = 0;
    return data === '' || this.#problem !== null ? undefined : { event, data };
  }
}
