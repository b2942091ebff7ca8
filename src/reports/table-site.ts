import { OUTSIDER } from '../model/profile.js';
import type { Report } from '../model/report.js';
import { forTerminalLine } from '../words/escape.js';
import { displayWidth } from '../words/layout.js';
import { createPaint, paintVerdict, VERDICT_MARKS, type Paint } from './paint.js';
import type { ReportStyle } from './reporter.js';
import { indent, renderErrors, renderOverview } from './table-blocks.js';
import { renderEndpoints } from './table-endpoints.js';
import { renderField, renderFindings, renderUndetermined, sortFindings } from './table-findings.js';
import { renderDuration, renderTime } from '../words/time.js';

const INDENT = '  ';

function renderVerdict({ verdict, target }: Report, width: number, paint: Paint): string {
  const { label } = VERDICT_MARKS[verdict];
  const subject = target.address ?? target.input;
  const name = target.name !== null && target.name !== subject ? ` (${target.name})` : '';
  return `${paintVerdict(paint, verdict)}  ${forTerminalLine(subject + name, width - displayWidth(label) - 2)}`;
}

function describeVantage({ source, address, scope, ownAddress, control }: Report['vantage']): string {
  const where = address ?? 'an address that is not known';
  const nat = scope === 'private' || scope === 'cgnat' ? ` (${scope}, so behind NAT)` : '';
  const own = ownAddress ? '; the target is one of our own addresses, so this is no look from outside' : '';
  const proof = control ? `; control ${control.endpoint}: ${control.before}, then ${control.after ?? 'not asked'}` : '';
  const who = source === OUTSIDER ? '"outsider" (anybody on the internet)' : `"${source}"`;
  return `${where}${nat}, as ${who}${own}${proof}`;
}

function renderCircumstances(report: Report, width: number): string[] {
  const { target, vantage, profile, authorization, startedAt, durationMs, interrupted } = report;
  const resolved = target.name !== null && target.address !== null && target.resolvedAt !== null;
  const duration = `${renderTime(startedAt)}, took ${renderDuration(durationMs)}`;
  const fields: [string, string][] = [
    ['Address', resolved ? `${target.name} was ${target.address} at ${renderTime(target.resolvedAt ?? '')}` : ''],
    ['Problem', target.problem ?? ''],
    ['From', describeVantage(vantage)],
    ['Agreed', `profile "${profile.name}"`],
    ['When', duration + (interrupted ? ' and was CUT OFF: only what was known by then' : '')],
    ['Allowed', authorization === null ? '' : `by ${authorization}`],
  ];
  return ['', ...fields.flatMap(([label, text]) => renderField(label, text, width, INDENT))];
}

function describeNext({ verdict, findings, failOn }: Report): string {
  switch (verdict) {
    case 'violation':
      return 'Work through the findings from 1 on ("Do"), then check again.';
    case 'inconclusive':
      return 'Nothing is proven, neither good nor bad: clear up what is marked "?" and the findings, then check again.';
    case 'compliant':
      if (findings.some(({ effect }) => effect === 'violation'))
        return `No finding is as bad as "${failOn}", so none counts; read them all the same.`;
      return findings.length > 0
        ? 'As agreed; read the findings all the same.'
        : 'Nothing needs to be done. This holds for the moment, and for the place that we looked from.';
  }
}

function renderClosing(report: Report, { width, reasons }: ReportStyle, paint: Paint): string[] {
  const more = reasons ? '' : '--reason tells why each endpoint has its state, ';
  return [
    '',
    renderVerdict(report, width, paint),
    ...indent(describeNext(report), width),
    ...indent(`More: ${more}--format json tells all that was seen, docs/findings.md explains the findings.`, width).map(
      (line) => paint('dim', line),
    ),
  ];
}

/** One target for a person: verdict, findings with what to do, endpoints, gaps, and the verdict again. */
export function renderAddress(report: Report, style: ReportStyle): string {
  const { width, color, reasons } = style;
  const paint = createPaint(color);
  const gaps = renderUndetermined(report, width, paint);
  const errors = renderErrors(report, width, paint);
  const undecided = report.verdict === 'inconclusive';
  const findings = sortFindings(report);
  const lines = [
    renderVerdict(report, width, paint),
    ...indent(report.summary, width),
    ...renderOverview(findings, width, paint),
    ...renderCircumstances(report, width),
    ...(undecided ? [...gaps, ...errors] : []),
    ...renderFindings({ ...report, findings }, width, paint),
    ...renderEndpoints(report, width, reasons, paint),
    ...(undecided ? [] : [...gaps, ...errors]),
    ...renderClosing(report, style, paint),
  ];
  return `${lines.join('\n')}\n`;
}
