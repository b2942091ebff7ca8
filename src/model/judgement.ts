import type { Unseen } from './change.js';
import type { Report } from './report.js';
import type { Standing } from './standing.js';

/** A stored look, judged again: by another profile, or newer rules. */
export interface Judgement {
  readonly clientId: string;
  readonly slot: string;
  readonly sweepId: number;
  /** When it was seen. ISO 8601, UTC. */
  readonly at: string;
  /** How it was judged then. */
  readonly before: Standing;
  /** As it is judged now. */
  readonly report: Report;
  /** Exposures that stand, that this look does not show, and that no one accepted. */
  readonly unseen: readonly Unseen[];
}
