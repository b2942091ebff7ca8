import type { Socket } from 'node:net';
import { type Agenda, cancel } from '../../async/agenda.js';
import type { Evidence } from '../../model/evidence.js';
import type { TlsEvidence } from '../../model/tls-evidence.js';

/** How a read ended. */
export type ReadEnd = 'complete' | 'limit' | 'timeout' | 'closed' | 'reset';

/** Limits of one read. */
export interface ReadLimits {
  /** Whole time for the read, ms, however slowly bytes trickle. */
  readonly waitMs: number;
  readonly maxBytes: number;
  /** Tells that nothing more is needed. Called with all bytes so far. */
  readonly isComplete?: (bytes: Buffer) => boolean;
}

/** An open connection, as probes see it. No method throws, whatever the other side does. */
export interface Conversation {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  /** Longest sensible wait for an answer to a request, and for bytes sent unasked; ms. */
  readonly answerMs: number;
  readonly quietMs: number;
  /** Whether it runs within TLS. */
  readonly isSecure: boolean;
  send(bytes: Uint8Array): void;
  read(limits: ReadLimits): Promise<ReadResult>;
  /**
   * Reads until something has come, for `leastMs` at least; and longer where that costs no time, since other endpoints
   * of the target are waited for anyway: until `share` of its patience is over.
   */
  readPatiently(limits: PatientLimits): Promise<ReadResult>;
  /** Ends this connection and opens another to the same endpoint, within TLS where this one is; null if that fails. */
  reopen(): Promise<Conversation | null>;
  /** The same within TLS, whatever the certificate: what the server showed, and the conversation if that came about. */
  secure(): Promise<{ readonly tls: TlsEvidence; readonly conversation: Conversation | null } | null>;
}

/** Limits of a read that waits where it costs nothing. */
export interface PatientLimits {
  readonly leastMs: number;
  /** Of the patience, counted from when the conversation began; from 0 to 1. */
  readonly share: number;
  readonly maxBytes: number;
}

/** What was read, and how that ended. */
export interface ReadResult {
  readonly bytes: Buffer;
  readonly end: ReadEnd;
}

/** What a probe says once connected; returns the evidence that it gathered. */
export type Talk = (conversation: Conversation) => Promise<Evidence>;

/** Reads from a connected socket within limits; later reads go on where the earlier one ended. */
export class SocketReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #heard = false;
  #end: 'closed' | 'reset' | null = null;
  #wake: (() => void) | null = null;

  constructor(
    private readonly socket: Socket,
    private readonly agenda: Agenda,
  ) {
    socket.removeAllListeners('error').on('error', () => this.#finish('reset'));
    socket.on('data', (chunk: Buffer) => {
      this.#heard = true;
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      if (!this.#wake) socket.pause();
      this.#wake?.();
    });
    socket.once('end', () => this.#finish('closed'));
    socket.once('close', () => this.#finish('closed'));
  }

  /** Whether anything ever came. */
  get heard(): boolean {
    return this.#heard;
  }

  /** How the other side ended the connection, if it did. */
  get ended(): 'closed' | 'reset' | null {
    return this.#end;
  }

  read({ waitMs, maxBytes, isComplete }: ReadLimits): Promise<ReadResult> {
    return new Promise((resolve) => {
      const settle = (end: ReadEnd): void => {
        cancel(deadline);
        this.#wake = null;
        this.socket.pause();
        const bytes = this.#join().subarray(0, maxBytes);
        this.#chunks = [];
        this.#size = 0;
        resolve({ bytes, end });
      };
      const look = (): void => {
        if (this.#size >= maxBytes) settle('limit');
        else if (this.#size > 0 && isComplete?.(this.#join())) settle('complete');
        else if (this.#end) settle(this.#end);
      };
      const deadline = this.agenda.in(waitMs, () => settle('timeout'));
      this.#wake = look;
      this.socket.resume();
      look();
    });
  }

  #finish(end: 'closed' | 'reset'): void {
    this.#end ??= end;
    this.#wake?.();
  }

  #join(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }
}
