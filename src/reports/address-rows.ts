import { OUTSIDER } from '../model/profile.js';
import type { Report } from '../model/report.js';
import { type Standing, STANDINGS, standingOf } from '../model/standing.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { cutColumns, cutWords, displayWidth, padText, wrapCall } from '../words/layout.js';
import { renderCount } from '../words/sentence.js';
import { renderHanging } from './blocks.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { createPaint, paintStanding, SEVERITY_MARKS, STANDING_MARKS } from './paint.js';
import type { ReportStyle, ReportWriter } from './reporter.js';
import { renderDuration } from '../words/time.js';
import { sortFindings } from './finding-groups.js';

const VERDICT_COLUMNS = 14;
const IPV4_COLUMNS = 15;
const COUNT_COLUMNS = 3;
const TIME_COLUMNS = 6;
const GAPS = 5;
/** In the place of an address; below the row stands why. */
const NOT_CHECKED = '(not checked)';

/** Widths of the columns that share what the fixed ones leave: 13 and 24 of 80. */
function shareColumns(width: number): { name: number; worst: number } {
  const rest = width - VERDICT_COLUMNS - IPV4_COLUMNS - COUNT_COLUMNS - TIME_COLUMNS - GAPS;
  const name = Math.floor(rest * 0.36);
  return { name, worst: rest - name };
}

function whyNotChecked({ address, problem }: Report['target']): string | null {
  return address === null ? problem : null;
}

/** The worst thing to say of an address in a few words. */
function describeWorst(report: Report): string {
  const [worst] = sortFindings(report);
  if (whyNotChecked(report.target) !== null) return 'see below';
  const blocking = report.undetermined.find((item) => item.blocking);
  if (blocking && report.verdict === 'inconclusive' && worst?.effect !== 'inconclusive')
    return `unknown: ${forTerminal(blocking.what)}`;
  if (!worst) return '–';
  return `${worst.waiver ? 'accepted:' : SEVERITY_MARKS[worst.severity].label} ${forTerminal(worst.title)}`;
}

/** A long address takes columns from the name, then from the worst finding: it is the last thing to be cut. */
function renderTarget({ address, name, input }: Report['target'], nameColumns: number, max: number): string {
  const shownAddress = address === null ? NOT_CHECKED : forTerminalLine(address, max);
  const shownName = forTerminal(name ?? (address === null ? input : ''));
  const columns = IPV4_COLUMNS + 1 + nameColumns;
  const start = padText(shownAddress, Math.max(IPV4_COLUMNS, displayWidth(shownAddress)));
  const left = columns - displayWidth(start) - 1;
  return padText(left >= 4 ? `${start} ${cutColumns(shownName, left)}` : start, Math.max(columns, displayWidth(start)));
}

function renderRow(report: Report, style: ReportStyle): string {
  if (style.width < LEAST_FOR_COLUMNS) return renderEntry(report, style);
  const { name, worst } = shareColumns(style.width);
  const both = IPV4_COLUMNS + 1 + name + worst;
  const target = renderTarget(report.target, name, both - 1);
  return [
    paintStanding(createPaint(style.color), standingOf(report), VERDICT_COLUMNS),
    target,
    padText(describeWorst(report), both - displayWidth(target)),
    String(report.findings.length).padStart(COUNT_COLUMNS),
    renderDuration(report.durationMs).padStart(TIME_COLUMNS),
  ].join(' ');
}

/** On a narrow terminal: the verdict and the target, and below them the worst finding. */
function renderEntry(report: Report, { width, color }: ReportStyle): string {
  const { address, name, input } = report.target;
  const names = [address ?? NOT_CHECKED, name ?? (address === null ? input : '')].filter(Boolean).join(' ');
  const verdict = paintStanding(createPaint(color), standingOf(report), VERDICT_COLUMNS);
  const where = forTerminalLine(names, width - VERDICT_COLUMNS - 1);
  const more = report.findings.length > 1 ? ` (${renderCount(report.findings.length, 'finding')})` : '';
  const worst = cutWords(describeWorst(report), width - 4 - more.length);
  return `${verdict} ${where}\n    ${worst}${more}`;
}

/** Why a target was not checked, below its row, as far as it takes. */
function renderProblem(target: Report['target'], width: number): string[] {
  const problem = whyNotChecked(target);
  return problem === null ? [] : renderHanging('  ', 2, `Not checked: ${forTerminal(problem)}`, width);
}

/** A target that no check takes without the flag, which a call that is copied has to have. */
function needsAllowing({ address, scope }: Report['target']): boolean {
  return address !== null && scope !== null && scope !== 'public';
}

function renderTally(counts: Readonly<Record<Standing, number>>, style: ReportStyle, help: string): string {
  const paint = createPaint(style.color);
  const total = STANDINGS.reduce((sum, standing) => sum + counts[standing], 0);
  const shown = (Object.keys(STANDING_MARKS) as Standing[]).filter((one) => one !== 'no-answer' || counts[one] > 0);
  const parts = shown.map((standing) =>
    paint([...STANDING_MARKS[standing].format], `${STANDING_MARKS[standing].label} ${counts[standing]}`),
  );
  const head = `${renderCount(total, 'target')}:`;
  const tally =
    style.width < LEAST_FOR_COLUMNS ? [head, ...parts.map((part) => `  ${part}`)] : [`${head} ${parts.join(', ')}`];
  return `\n${[...tally, ...(counts.compliant < total ? wrapCall(help, style.width) : [])].join('\n')}\n`;
}

/**
 * Many targets: a header, one row a target as it finishes, and a tally. Keeps a counter for each standing.
 * The last line, where not all is compliant, is by default how to check one again, with the options that it needs.
 */
export function createRows(style: ReportStyle): ReportWriter & { end(): string } {
  const counts: Record<Standing, number> = { violation: 0, inconclusive: 0, compliant: 0, 'no-answer': 0 };
  let [allow, source] = ['', ''];
  return {
    begin() {
      if (style.width < LEAST_FOR_COLUMNS) return '';
      const { name, worst } = shareColumns(style.width);
      const titles = [
        'VERDICT'.padEnd(VERDICT_COLUMNS),
        'ADDRESS'.padEnd(IPV4_COLUMNS),
        'NAME'.padEnd(name),
        padText('WORST FINDING', worst),
        'ALL'.padStart(COUNT_COLUMNS),
        'TIME'.padStart(TIME_COLUMNS),
      ];
      return `${titles.join(' ')}\n${'─'.repeat(style.width)}\n`;
    },
    report(report) {
      counts[standingOf(report)]++;
      if (report.verdict !== 'compliant' && needsAllowing(report.target)) allow = ' --allow-special';
      if (report.vantage.source !== OUTSIDER) source = ` --source ${forTerminal(report.vantage.source)}`;
      return `${[renderRow(report, style), ...renderProblem(report.target, style.width)].join('\n')}\n`;
    },
    end: () => renderTally(counts, style, style.help ?? `What to do: sallyport check ADDRESS${allow}${source}`),
  };
}
