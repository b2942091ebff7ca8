import type { Evidence } from '../../model/report.js';

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
  send(bytes: Uint8Array): void;
  read(limits: ReadLimits): Promise<{ readonly bytes: Buffer; readonly end: ReadEnd }>;
  /** Ends this connection and opens another to the same endpoint; null where that fails. */
  reopen(): Promise<Conversation | null>;
}

/** What a probe says once connected; returns the evidence that it gathered. */
export type Talk = (conversation: Conversation) => Promise<Evidence>;
