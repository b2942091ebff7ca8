import type { Evidence } from '../../model/evidence.js';
import type { Reason, State } from '../../model/report.js';

/** What a probe saw of an endpoint: an observation without its name and time. */
export interface Outcome {
  readonly state: State;
  readonly reason: Reason;
  /** Time from the answered try to its answer, ms; null if nothing answered. */
  readonly rttMs: number | null;
  /** Tries made, the system's own SYN retransmissions included. */
  readonly tries: number;
  readonly evidence: Evidence;
}

/**
 * Who wants to know what comes of an endpoint: one of these is called, once. An object and no promise, which is several
 * objects and closures: thousands are under way at once.
 */
export interface Watcher {
  /** The endpoint is settled. */
  saw(outcome: Outcome): void;
  /** What talks to it is broken. */
  crashed(error: unknown): void;
}

/** The evidence of what said nothing: one for all, since tens of thousands are kept at a time. */
export const NO_EVIDENCE: Evidence = Object.freeze({});

/** The outcome of our own trouble: no statement about the target. */
export function createErrorOutcome(reason: Reason, tries: number, detail?: string): Outcome {
  return {
    state: 'error',
    reason,
    rttMs: null,
    tries,
    evidence: detail ? { detail: detail.slice(0, 256) } : NO_EVIDENCE,
  };
}
