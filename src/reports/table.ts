import type { Report } from '../model/report.js';
import { standingOf } from '../model/standing.js';
import { renderCount } from '../words/sentence.js';
import { displayWidth, limitWidth } from '../words/layout.js';
import { renderDuration, renderTime } from '../words/time.js';
import { createRows } from './address-rows.js';
import { describeVantage } from './address-words.js';
import { createClientsTable } from './clients-table.js';
import { createSweepTable } from './sweep-table.js';
import {
  indent,
  type Page,
  renderErrors,
  renderField,
  renderHanging,
  renderStanding,
  renderUndetermined,
} from './blocks.js';
import { renderEndpoints } from './endpoints-table.js';
import { groupFindings, sortFindings } from './finding-groups.js';
import { renderFindings, renderOverview } from './findings-table.js';
import { listOutOfSight } from './out-of-sight.js';
import { createPaint, paintStanding, STANDING_MARKS } from './paint.js';
import { renderVantages } from './vantages-table.js';
import type { Reporter, ReportStyle, RunEnd, Swept } from './reporter.js';

/** From so many groups of findings on they are listed at a glance before. */
const MANY_GROUPS = 5;

/** Wider lines of prose read badly; rows do not. */
const MOST_COLUMNS = { prose: 100, rows: 160 };

/** For people: one target in full, many as a row each. */
export const table: Reporter = {
  id: 'table',
  title: 'text for people: one target in full, many as a row each',
  create(style) {
    if (style.many) {
      const wide = { ...style, width: limitWidth(style.width, MOST_COLUMNS.rows) };
      const rows = createRows(wide);
      return {
        ...rows,
        report: (report, swept) => rows.report(report, swept) + renderOutOfSight(swept, wide.width),
        end: (run) => renderUnchecked(run, wide.width) + rows.end(),
      };
    }
    const width = limitWidth(style.width, MOST_COLUMNS.prose);
    return {
      begin: () => '',
      report: (report, swept) => renderAddress(report, { ...style, width }) + renderOutOfSight(swept, width),
      end: (run) => renderUnchecked(run, width),
    };
  },
  createSweep: createSweepTable,
  createClients: (style) => createClientsTable({ ...style, width: limitWidth(style.width, MOST_COLUMNS.rows) }),
};

/** What stands although the report does not show it, below the report. */
function renderOutOfSight(swept: Swept | undefined, width: number): string {
  return listOutOfSight(swept)
    .flatMap(({ title }) => renderHanging('', 2, `Not known to be gone: ${title}`, width))
    .map((line) => `${line}\n`)
    .join('');
}

/** What was not checked, below the rows of what was. */
function renderUnchecked({ unchecked }: RunEnd, width: number): string {
  return unchecked
    .flatMap(({ client, reason }) =>
      renderHanging('', 2, `Not checked: ${client.name} (${client.id}): ${reason}`, width),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** One address for a person: verdict, findings with what to do, endpoints, gaps, and the verdict again. */
function renderAddress(report: Report, { width, color, reasons, full = false }: ReportStyle): string {
  const page: Page = { width, paint: createPaint(color), full };
  const gaps = [...renderUndetermined(report, page), ...renderErrors(report, page)];
  const undecided = report.verdict === 'inconclusive';
  const groups = groupFindings(sortFindings(report));
  const listed = new Set(report.observations.flatMap(({ state, endpoint }) => (state === 'open' ? [endpoint] : [])));
  const lines = [
    ...renderVerdict(report, page),
    ...indent(report.summary, width),
    ...(groups.length < MANY_GROUPS ? [] : renderOverview(groups, page)),
    ...renderCircumstances(report, width),
    ...(undecided ? gaps : []),
    ...renderFindings(groups, report.verdict, page, listed),
    ...renderVantages(report, page),
    ...renderEndpoints(report, reasons, page),
    ...renderStanding(report, 'from outside', page),
    ...(undecided ? [] : gaps),
    ...renderClosing(report, reasons, page),
  ];
  return `${lines.join('\n')}\n`;
}

function renderVerdict(report: Report, { width, paint }: Page): string[] {
  const { target } = report;
  const standing = standingOf(report);
  const { label } = STANDING_MARKS[standing];
  const subject = target.address ?? target.input;
  const name = target.name !== null && target.name !== subject ? ` (${target.name})` : '';
  return renderHanging(`${paintStanding(paint, standing)}  `, displayWidth(label) + 2, subject + name, width);
}

function renderCircumstances(report: Report, width: number): string[] {
  const { target, vantage, vantages, profile, authorization, startedAt, durationMs, interrupted } = report;
  const resolved = target.name !== null && target.address !== null && target.resolvedAt !== null;
  const duration = `${renderTime(startedAt)}, took ${renderDuration(durationMs)}`;
  const cut = interrupted ? ' and was CUT OFF: only what was known by then' : '';
  const fields: [string, string][] = [
    ['Address', resolved ? `${target.name} was ${target.address} at ${renderTime(target.resolvedAt ?? '')}` : ''],
    // Elsewhere a finding tells it.
    ['Problem', report.findings.length === 0 ? (target.problem ?? '') : ''],
    // Each of several stands below, with its own result.
    ['From', vantages ? `${renderCount(vantages.length, 'vantage')}: see below` : describeVantage(vantage)],
    ['When', `${duration}${cut}, against profile "${profile.name}"`],
    ['Allowed', authorization === null ? '' : `by ${authorization}`],
  ];
  return ['', ...fields.flatMap(([label, text]) => renderField(label, text, width))];
}

function describeNext({ verdict, findings, failOn, undetermined }: Report): string {
  switch (verdict) {
    case 'violation':
      return 'Work through the findings from 1 on ("Do"), then check again.';
    case 'inconclusive':
      return undetermined.some(({ blocking }) => blocking)
        ? 'Nothing is proved, neither good nor bad: resolve what is marked "?" and the findings, then check again.'
        : 'Nothing is proved, neither good nor bad: work through the findings ("Do"), then check again.';
    case 'compliant':
      if (findings.some(({ effect }) => effect === 'violation'))
        return `No finding is as bad as "${failOn}", so none counts. Read them anyway.`;
      return findings.length > 0
        ? 'What was checked is as agreed.'
        : 'Nothing needs to be done. This is valid for now, and for the place that we checked from.';
  }
}

function renderClosing(report: Report, reasons: boolean, page: Page): string[] {
  const { width, full } = page;
  const more = [
    // Notes do not show their rule.
    ...(report.findings.every(({ severity }) => severity === 'info') ? [] : ['sallyport explain RULE']),
    ...(full ? [] : ['--full']),
    ...(reasons ? [] : ['--reason']),
    '--format json',
  ];
  return ['', ...renderVerdict(report, page), ...indent(`${describeNext(report)} More: ${more.join(', ')}`, width)];
}
