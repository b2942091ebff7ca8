import { decideVerdict } from '../../check/judge/engine.js';
import type { AcceptedSilence, Issue, SlotState, Waiver } from '../../model/change.js';
import type { Finding } from '../../model/finding.js';
import type { ReportData } from '../../model/report.js';
import { accepts } from './out-of-sight.js';

/*
 * What was accepted at the last check, and is no more: until a day that is over by now, or by a waiver that was taken back.
 * The next check would find it again.
 */

/**
 * A report in which such findings count: silence keeps us from a verdict, all else is a violation.
 * @param waivers of the client
 * @param day `today`, `YYYY-MM-DD`, UTC; where it `isPast`, what was taken back since was accepted then
 */
export function lapseReport<R extends ReportData>(
  report: R,
  waivers: readonly Waiver[],
  { today, isPast }: { readonly today: string; readonly isPast: boolean },
): R {
  const isLapsed = (finding: Finding) => {
    if (!finding.waiver) return false;
    const { until, origin } = finding.waiver;
    const isWaiver = origin === 'waiver' && !isPast;
    return isOver({ until, isWaiver }, today) && !waivers.some((waiver) => accepts(waiver, finding, today));
  };
  if (!report.findings.some(isLapsed)) return report;
  const count = ({ waiver: _, ...finding }: Finding): Finding => ({
    ...finding,
    effect: finding.about === 'silence' ? 'inconclusive' : 'violation',
  });
  const findings = report.findings.map((finding) => (isLapsed(finding) ? count(finding) : finding));
  const verdict = report.verdict === 'compliant' ? decideVerdict({ ...report, findings }, report) : report.verdict;
  return { ...report, findings, verdict };
}

/**
 * A state in which such issues count.
 * @param waivers of the client
 * @param today `YYYY-MM-DD`, UTC
 */
export function lapseState(state: SlotState, waivers: readonly Waiver[], today: string): SlotState {
  const isLapsed = (issue: Issue) => issue.waived && !waivers.some((waiver) => accepts(waiver, issue, today));
  const { silence } = state;
  if (
    silence &&
    isOver(silence, today) &&
    !waivers.some((waiver) => accepts(waiver, { ...silence, endpoint: null }, today))
  ) {
    const { silence: _, ...unaccepted } = state;
    const isAll = state.verdict === 'compliant';
    return lapseState(isAll ? { ...unaccepted, verdict: 'inconclusive', noAnswer: true } : unaccepted, waivers, today);
  }
  const all = Object.entries(state.issues);
  if (!all.some(([, issue]) => isLapsed(issue))) return state;
  const issues = all.map(([key, issue]) => [key, isLapsed(issue) ? { ...issue, waived: false } : issue] as const);
  const verdict = state.verdict === 'compliant' ? 'violation' : state.verdict;
  return { ...state, verdict, issues: Object.fromEntries(issues) };
}

/** Whether an acceptance holds no longer by itself; a waiver holds only as long as it is there. */
function isOver({ until, isWaiver }: Pick<AcceptedSilence, 'until' | 'isWaiver'>, today: string): boolean {
  return isWaiver || (until !== null && until < today);
}
