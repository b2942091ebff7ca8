import type { SaidSlotState } from './change.js';
import { SEVERITIES, type Severity } from './severity.js';

/** Of a slot's issues: the worst that no one accepted, how many of these there are, and how many were accepted. */
export function rankIssues({ issues }: Pick<SaidSlotState, 'issues'>) {
  const all = Object.values(issues);
  const standing = all.filter(({ waived }) => !waived);
  const rank = ({ severity }: { severity: Severity }) => SEVERITIES.indexOf(severity);
  // Of those that are as bad, one about the whole address tells most.
  const [worst] = standing.sort(
    (a, b) => rank(a) - rank(b) || Number(a.endpoint !== null) - Number(b.endpoint !== null),
  );
  return { worst, standing, accepted: all.length - standing.length };
}
