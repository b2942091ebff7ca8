import type { Issue, SlotState, StoredChange } from '../../model/change.js';
import type { StoredReport } from '../../model/client.js';
import { issueKey } from '../changes/slot-state.js';

/**
 * What was out of sight in a slot at a time of which only changes are kept: exposures whose newest change until then is
 * that sight of them was lost, and those that are out of sight since. What the look of that time shows was in sight.
 * @param look the newest look of that time
 * @param state how the slot stands now, if it is known
 * @param changes the client's changes until that time, newest first
 */
export function stateAt(
  { slot, report }: StoredReport,
  state: Pick<SlotState, 'issues'> | undefined,
  changes: readonly StoredChange[],
  at: Date,
): Pick<SlotState, 'issues'> {
  const shown = new Set(report.findings.map(issueKey));
  const issues = new Map<string, Issue>();
  const settled = new Set<string>();
  for (const change of changes) {
    if (change.slot !== slot || change.rule === null || settled.has(change.key)) continue;
    settled.add(change.key);
    if (change.kind !== 'lost-sight') continue;
    const { rule, endpoint, severity, data } = change;
    const issue = { rule, endpoint, severity, data: data.finding, outage: false, waived: false, lostAt: change.at };
    issues.set(issueKey(issue), issue);
  }
  for (const issue of Object.values(state?.issues ?? {}))
    if (issue.lostAt !== undefined && new Date(issue.lostAt) <= at) issues.set(issueKey(issue), issue);
  return { issues: Object.fromEntries([...issues].filter(([name]) => !shown.has(name))) };
}
