import type { Issue, SlotState, Unseen, Waiver } from '../../model/change.js';
import type { Report, ReportData } from '../../model/report.js';
import { isAtLeast } from '../../model/severity.js';
import { sayState } from './say-change.js';
import { issueKey } from './slot-state.js';

/*
 * Exposures that stand although no check shows them. Nothing can be seen of them, so that what was accepted of them is
 * a matter of the waivers alone.
 */

/**
 * What stands at a slot, that no one accepted, and that a report does not show: it is out of sight, or was not looked at
 * this time. What is less than the report minds does not count there.
 */
export function listUnseen(
  { issues }: Pick<SlotState, 'issues'>,
  { findings, failOn }: Pick<ReportData, 'findings' | 'failOn'>,
): Issue[] {
  const shown = new Set(findings.map(issueKey));
  return Object.values(issues).filter(
    (issue) =>
      !issue.waived &&
      (issue.lostAt !== undefined || (!shown.has(issueKey(issue)) && isAtLeast(issue.severity, failOn))),
  );
}

/** The same in words; what was only not looked at is unseen since the report. */
export function nameUnseen(
  state: Pick<SlotState, 'issues'>,
  report: Pick<ReportData, 'findings' | 'failOn' | 'startedAt'>,
): Unseen[] {
  const unseen = Object.fromEntries(listUnseen(state, report).map((issue) => [issueKey(issue), issue]));
  return Object.values(sayState({ issues: unseen }).issues).map(
    ({ rule, endpoint, severity, title, lostAt = report.startedAt }) => ({ rule, endpoint, severity, title, lostAt }),
  );
}

/**
 * A state in which what is out of sight is accepted if a waiver accepts it on a day (`YYYY-MM-DD`, UTC), and only then:
 * no check will find it, and notice that the waiver is new, has ended or was revoked.
 * @param shown issues of a look, by their keys: what is not among them was not seen by it either
 */
export function acceptUnseen<S extends Pick<SlotState, 'issues'>>(
  state: S,
  waivers: readonly Waiver[],
  today: string,
  shown: SlotState['issues'] = state.issues,
): S {
  const refresh = (key: string, issue: Issue): Issue =>
    issue.lostAt === undefined && Object.hasOwn(shown, key)
      ? issue
      : { ...issue, waived: waivers.some((waiver) => accepts(waiver, issue, today)) };
  const issues = Object.entries(state.issues).map(([key, issue]) => [key, refresh(key, issue)] as const);
  return { ...state, issues: Object.fromEntries(issues) };
}

/** What is out of sight in a slot, and that no one accepts on a day (`YYYY-MM-DD`, UTC). */
export function sayUnseen(state: Pick<SlotState, 'issues'>, waivers: readonly Waiver[], today: string): Unseen[] {
  const { issues } = sayState(acceptUnseen(state, waivers, today));
  return Object.values(issues).flatMap(({ lostAt, waived, ...issue }) =>
    lostAt === undefined || waived ? [] : [{ ...issue, lostAt }],
  );
}

/** A report in which what is out of sight forbids "compliant": what a look does not show is not gone. */
export function keepUnseen(report: Report, [first, ...more]: readonly Pick<Unseen, 'title'>[]): Report {
  if (!first || report.verdict !== 'compliant') return report;
  const rest = more.length > 0 ? ` and ${more.length} more` : '';
  return { ...report, verdict: 'inconclusive', summary: `Inconclusive: ${first.title}${rest}.` };
}

/** Whether a waiver accepts what was found before. Who answers there now cannot be seen, so it is not another one. */
export function accepts(
  { rule, endpoint, until, severity }: Waiver,
  issue: Pick<Issue, 'rule' | 'endpoint' | 'severity'>,
  today: string,
): boolean {
  return (
    rule === issue.rule &&
    (endpoint === null || endpoint === issue.endpoint) &&
    until >= today &&
    (severity === null || isAtLeast(severity, issue.severity))
  );
}
