import { decideVerdict } from '../../check/judge/engine.js';
import type { Issue, SlotState, Waiver } from '../../model/change.js';
import type { Finding } from '../../model/finding.js';
import type { ReportData } from '../../model/report.js';
import { accepts } from './out-of-sight.js';

/*
 * What was accepted at the last check, until a day that is over by now. The next check would find it again.
 */

/**
 * A report in which such findings count: silence keeps us from a verdict, all else is a violation.
 * @param waivers of the client
 * @param today `YYYY-MM-DD`, UTC
 */
export function lapseReport<R extends ReportData>(report: R, waivers: readonly Waiver[], today: string): R {
  const isLapsed = (finding: Finding) =>
    typeof finding.waiver?.until === 'string' &&
    finding.waiver.until < today &&
    !waivers.some((waiver) => accepts(waiver, finding, today));
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
  const isLapsed = ({ rule, endpoint, waived, ...issue }: Issue) =>
    waived &&
    waivers.some((one) => one.until < today && one.rule === rule && [null, endpoint].includes(one.endpoint)) &&
    !waivers.some((waiver) => accepts(waiver, { ...issue, rule, endpoint }, today));
  const all = Object.entries(state.issues);
  if (!all.some(([, issue]) => isLapsed(issue))) return state;
  const issues = all.map(([key, issue]) => [key, isLapsed(issue) ? { ...issue, waived: false } : issue] as const);
  const verdict = state.verdict === 'compliant' ? 'violation' : state.verdict;
  return { ...state, verdict, issues: Object.fromEntries(issues) };
}
