import type { RunEnd, SweepSummary } from '../../src/reports/reporter.js';

/** A run that has nothing to say besides its reports. */
export const WHOLE: RunEnd = { outcome: 'compliant', troubles: [], unchecked: [] };

/** A sweep that has nothing to say besides its results. */
export const WHOLE_SWEEP: SweepSummary = {
  ...{ outcome: 'compliant', sweepId: 1, interrupted: false, failed: [], skipped: [], skippedCount: 0 },
  ...{ verdicts: { violation: 0, inconclusive: 0, compliant: 0 }, pausedCount: 0, blind: 0, held: 0 },
};
