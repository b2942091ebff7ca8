import type { SiteReport } from '../model/site.js';
import { forTerminalLine } from '../words/escape.js';
import { displayWidth, limitWidth } from '../words/layout.js';
import { createPaint, FITNESS_LABELS, VERDICT_MARKS, type Paint } from './paint.js';
import { renderSiteChecklist } from './site-checklist.js';
import { renderMeasurements, renderSubject } from './site-circumstances.js';
import { renderGateways } from './site-gateways.js';
import { renderReachable } from './site-reachable.js';
import { indent, renderErrors, renderOverview } from './table-blocks.js';
import { renderFindings, renderUndetermined } from './table-findings.js';

/** Wider lines of prose read badly. */
const MOST_COLUMNS = 100;

/** How the reader wants to see it; colours never carry information alone. */
export interface SiteStyle {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** A site for a person: verdict, what is reachable and why, the router, findings with what to do, and the gaps. */
export function renderSite(report: SiteReport, { color, width: columns }: SiteStyle): string {
  const width = limitWidth(columns, MOST_COLUMNS);
  const paint = createPaint(color);
  const gaps = [...renderUndetermined(report, width, paint), ...renderErrors(report, width, paint)];
  const undecided = report.verdict === 'inconclusive';
  const lines = [
    renderVerdict(report, width, paint),
    ...indent(report.summary, width),
    ...renderOverview(report.findings, width, paint),
    '',
    ...renderSubject(report, width),
    ...(undecided ? gaps : []),
    ...renderReachable(report, width, paint),
    ...renderGateways(report, width, paint),
    ...renderMeasurements(report, width, paint),
    ...renderSiteChecklist(report.evidence.checklist, width, paint),
    ...renderFindings(report, width, paint),
    ...(undecided ? [] : gaps),
    '',
    renderVerdict(report, width, paint),
    ...indent(describeNext(report), width),
    ...indent('More: --format json tells all that was seen, docs/site-findings.md explains the findings.', width).map(
      (line) => paint('dim', line),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function renderVerdict({ verdict, kind, client, evidence }: SiteReport, width: number, paint: Paint): string {
  const label = kind === 'lan' ? VERDICT_MARKS[verdict].label : FITNESS_LABELS[verdict];
  const address = evidence.outside?.address ?? evidence.lan.gateways[0]?.address ?? 'this network';
  const blind = !evidence.outside?.check && !evidence.outside?.proofs.length;
  const view = kind === 'lan' || blind ? 'from inside only' : 'from inside and outside';
  const subject = `${client === null ? address : `${client} (${address})`}, ${view}`;
  return `${paint([...VERDICT_MARKS[verdict].format], label)}  ${forTerminalLine(subject, width - displayWidth(label) - 2)}`;
}

function describeNext({ verdict, kind, findings }: SiteReport): string {
  switch (verdict) {
    case 'violation':
      return `Work through the findings from 1 on ("Do"), then run this again${kind === 'lan' ? '' : ' with --again'}.`;
    case 'inconclusive':
      return 'Nothing is proven, neither good nor bad: clear up what is marked "?" and the findings, then run this again.';
    case 'compliant':
      return findings.length > 0
        ? 'Read the notes all the same. This holds for the moment.'
        : 'Nothing needs to be done. This holds for the moment.';
  }
}
