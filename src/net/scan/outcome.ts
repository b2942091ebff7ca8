import type { Evidence, Reason, State } from '../../model/report.js';

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

/** The outcome of our own trouble: no statement about the target. */
export function createErrorOutcome(reason: Reason, tries: number, detail?: string): Outcome {
  return { state: 'error', reason, rttMs: null, tries, evidence: detail ? { detail: detail.slice(0, 256) } : {} };
}
