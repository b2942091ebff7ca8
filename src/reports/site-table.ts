import type { Brand } from '../model/brand.js';
import type { ChecklistState } from '../model/checklist.js';
import type { SiteReport } from '../model/site.js';
import { forTerminalLine } from '../words/escape.js';
import { displayWidth, limitWidth } from '../words/layout.js';
import { renderCount } from '../words/sentence.js';
import { renderDuration, renderTime } from '../words/time.js';
import {
  indent,
  type Page,
  renderErrors,
  renderField,
  renderHanging,
  renderStanding,
  renderUndetermined,
} from './blocks.js';
import { CHECKLIST_MARKS, describeAnswer } from './checklist-table.js';
import { groupFindings } from './finding-groups.js';
import { renderFindings, renderOverview } from './findings-table.js';
import { createPaint, FITNESS_LABELS, STANDING_MARKS } from './paint.js';
import { renderGateways } from './site-gateways.js';
import { renderReachable } from './site-reachable.js';
import { describeNetwork, describeOutside, listMeasurements } from './site-words.js';

/** Wider lines of prose read badly. */
const MOST_COLUMNS = 100;
/** Columns of the state of a checklist item. */
const MARK_COLUMNS = 14;

/** How the reader wants to see it; no information depends on colours. */
export interface SiteStyle {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether to show everything, also what is the same in most reports. */
  readonly full?: boolean | undefined;
  /** Who hands the report over, for documents. */
  readonly brand?: Brand | null | undefined;
}

/** A site for a person: verdict, what is reachable and why, the router, findings with what to do, and the gaps. */
export function renderSite(report: SiteReport, { color, width: columns, full = false }: SiteStyle): string {
  const width = limitWidth(columns, MOST_COLUMNS);
  const page: Page = { width, paint: createPaint(color), full };
  const gaps = [...renderUndetermined(report, page), ...renderErrors(report, page)];
  const standing = renderStanding(report, 'by this check', page);
  const undecided = report.verdict === 'inconclusive';
  const groups = groupFindings(report.findings);
  const more = ['sallyport explain RULE', ...(full ? [] : ['--full']), '--format json'];
  const lines = [
    ...renderVerdict(report, page),
    ...indent(report.summary, width),
    ...renderOverview(groups, page),
    '',
    ...renderSubject(report, width),
    ...(undecided ? gaps : []),
    ...renderReachable(report, page),
    ...renderGateways(report, page),
    ...renderMeasurements(report, page),
    ...renderChecklistAnswers(report.evidence.checklist, page),
    ...renderFindings(groups, report.verdict, page),
    ...(undecided ? [] : gaps),
    ...(standing.length > 0 ? ['', ...standing] : []),
    '',
    ...renderVerdict(report, page),
    ...indent(describeNext(report), width),
    ...indent(`More: ${more.join(', ')}`, width).map((line) => page.paint('dim', line)),
  ];
  return `${lines.join('\n')}\n`;
}

function renderVerdict({ verdict, kind, client, evidence }: SiteReport, { width, paint }: Page): string[] {
  const label = kind === 'lan' ? STANDING_MARKS[verdict].label : FITNESS_LABELS[verdict];
  const address = evidence.outside?.address ?? evidence.lan.gateways[0]?.address ?? 'this network';
  const blind = !evidence.outside?.check && !evidence.outside?.proofs.length;
  const view = kind === 'lan' || blind ? 'from inside only' : 'from inside and outside';
  const subject = `${client === null ? address : `${client} (${address})`}, ${view}`;
  return renderHanging(
    `${paint([...STANDING_MARKS[verdict].format], label)}  `,
    displayWidth(label) + 2,
    subject,
    width,
  );
}

function describeNext({ verdict, kind, findings, client, evidence }: SiteReport): string {
  switch (verdict) {
    case 'violation':
      return `Work through the findings from 1 on ("Do"), then run this again${kind === 'lan' ? '' : ' with --again'}.`;
    case 'inconclusive':
      return `Nothing is proved, neither good nor bad: resolve what is marked "?" and the findings, then run ${kind === 'lan' ? 'preinstall, or ' : ''}this again.`;
    case 'compliant': {
      const open = evidence.checklist?.items.filter(({ state }) => CHECKLIST_MARKS[state].isOpen).length ?? 0;
      if (open > 0)
        return `The network is as agreed, but ${renderCount(open, 'item')} of the checklist ${open === 1 ? 'is' : 'are'} open: sallyport checklist --client ${client}.`;
      if (kind === 'lan')
        return 'From inside, nothing has to be changed. What is let in from outside was not checked: run preinstall, or check.';
      return findings.length > 0
        ? 'Read the notes anyway. This is valid for now.'
        : 'Nothing needs to be done. This is valid for now.';
    }
  }
}

/** Whom and what this is about: client, addresses, profile, time. */
function renderSubject(report: SiteReport, width: number): string[] {
  const { client, evidence, profile, startedAt, durationMs, interrupted } = report;
  const { lan, outside, pbxAddress } = evidence;
  const duration = `${renderTime(startedAt)}, took ${renderDuration(durationMs)}`;
  const fields: [string, string][] = [
    ['Client', client ?? ''],
    ['Inside', describeNetwork(lan)],
    ['Outside', outside ? describeOutside(outside) : ''],
    ['Phones', pbxAddress ? `the phone system is or will be at ${pbxAddress}` : ''],
    ['Against', `profile "${profile.name}"`],
    ['When', duration + (interrupted ? ' and was CUT OFF: only what was known by then' : '')],
  ];
  return fields.flatMap(([label, text]) => renderField(label, text, width));
}

/** What happens to SIP and UDP on the way, and what the stand-in could do. */
function renderMeasurements(report: SiteReport, { width, paint }: Page): string[] {
  const lines = listMeasurements(report).flatMap(([label, text]) => renderField(label, text, width));
  return lines.length > 0 ? ['', paint('bold', 'MEASURED'), ...lines] : [];
}

/** The answers to the checklist in a site's report: what was said, by whom, when; items without one are counted. */
function renderChecklistAnswers(state: ChecklistState | null, { width, paint }: Page): string[] {
  if (!state) return [];
  const answered = state.items.filter(({ at, state: one }) => at !== null && one !== 'missing');
  const missing = state.items.filter((item) => item.state === 'missing').length;
  const lines = answered.flatMap((item) => {
    const { label, format } = CHECKLIST_MARKS[item.state];
    const mark = `  ${paint(format, label.padEnd(MARK_COLUMNS))}`;
    return renderHanging(mark, 2 + MARK_COLUMNS, `${item.title}: ${describeAnswer(item)}`, width);
  });
  const open = missing > 0 ? indent(`${missing} without an answer: answer them with sallyport checklist`, width) : [];
  return [...lines, ...open].length > 0
    ? ['', `${paint('bold', 'CHECKLIST')} ${forTerminalLine(state.checklist, width - 10)}`, ...lines, ...open]
    : [];
}
