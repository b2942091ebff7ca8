import type { Report } from '../model/report.js';
import type { ReportedFinding, ReportedUndetermined } from '../model/finding.js';
import { SEVERITIES } from '../model/severity.js';
import { forTerminal } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import { paintSeverity, SEVERITY_MARKS, type Paint } from './paint.js';
import { renderCount } from '../words/sentence.js';

/** More findings than this are counted, not shown. */
const SHOWN_FINDINGS = 30;
const SHOWN_UNDETERMINED = 20;
const SHOWN_PLACES = 8;
const LABEL_COLUMNS = 8;
const INDENT = '    ';

/** A label and its text, wrapped, the text in a column of its own; nothing where there is no text. */
export function renderField(label: string, text: string, width: number, indent = INDENT): string[] {
  const left = indent.length + LABEL_COLUMNS;
  return wrapText(forTerminal(text), width - left).map(
    (line, index) => indent + (index === 0 ? label : '').padEnd(LABEL_COLUMNS) + line,
  );
}

/** A first line that starts with a mark, and the rest hanging under its text. */
function renderHanging(mark: string, markColumns: number, text: string, width: number): string[] {
  const [first = '', ...rest] = wrapText(forTerminal(text), width - markColumns);
  return [mark + first, ...rest.map((line) => ' '.repeat(markColumns) + line)];
}

/** Text that an earlier finding already told in full is referred to by its number. */
type TellOnce = (text: string, number: number) => string;

function createTellOnce(): TellOnce {
  const told = new Map<string, number>();
  return (text, number) => {
    const earlier = told.get(text);
    if (earlier !== undefined) return `as for ${earlier}`;
    if (text) told.set(text, number);
    return text;
  };
}

function listPlaces({ endpoint, observations }: ReportedFinding): string {
  if (endpoint !== null) return endpoint;
  const places = observations.slice(0, SHOWN_PLACES).join(', ');
  return observations.length > SHOWN_PLACES ? `${places} …` : places;
}

function renderFinding(
  finding: ReportedFinding,
  number: number,
  tellOnce: TellOnce,
  width: number,
  paint: Paint,
): string[] {
  const { severity, title, seen, matters, remedy, programs, rule, references, waiver } = finding;
  const mark = `${String(number).padStart(2)}  ${paintSeverity(paint, severity)}  `;
  return [
    ...renderHanging(mark, 6 + SEVERITY_MARKS[severity].label.length, title, width),
    ...renderField('Waived', waiver ? renderWaiver(waiver) : '', width),
    ...renderField('Where', listPlaces(finding), width),
    ...renderField('Seen', seen, width),
    ...renderField('Why', tellOnce(matters, number), width),
    ...renderField('Do', tellOnce(remedy, number), width).map((line) => paint('bold', line)),
    ...renderField(
      'NEC',
      programs.length ? `program${programs.length > 1 ? 's' : ''} ${programs.join(', ')}` : '',
      width,
    ),
    ...renderField('See', [rule, ...references].join(', '), width),
  ];
}

function countSeverities(findings: readonly ReportedFinding[]): string {
  const standing = findings.filter(({ waiver }) => !waiver);
  const counts = [
    ...SEVERITIES.map((severity) => [standing.filter((one) => one.severity === severity).length, severity] as const),
    [findings.length - standing.length, 'accepted'] as const,
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** The findings in the order given, each with what to do. */
export function renderFindings(
  { findings, verdict }: Pick<Report, 'findings' | 'verdict'>,
  width: number,
  paint: Paint,
): string[] {
  if (findings.length === 0) {
    const doubt = verdict === 'inconclusive' ? ', which proves nothing here' : '';
    return ['', paint('bold', `FINDINGS: none${doubt}`)];
  }
  const shown = findings.slice(0, SHOWN_FINDINGS);
  const lines = ['', paint('bold', `FINDINGS: ${countSeverities(findings)}`)];
  const tellOnce = createTellOnce();
  for (const [index, finding] of shown.entries())
    lines.push('', ...renderFinding(finding, index + 1, tellOnce, width, paint));
  const rest = findings.length - shown.length;
  if (rest > 0) lines.push('', `    and ${renderCount(rest, 'finding')} more: --format json tells them all`);
  return lines;
}

/** What the check could not tell, what keeps it from a verdict first. */
export function renderUndetermined(
  { undetermined }: Pick<Report, 'undetermined'>,
  width: number,
  paint: Paint,
): string[] {
  if (undetermined.length === 0) return [];
  const sorted = [...undetermined].sort((a, b) => Number(b.blocking) - Number(a.blocking));
  const lines = ['', paint('bold', 'WHAT COULD NOT BE DETERMINED')];
  for (const item of sorted.slice(0, SHOWN_UNDETERMINED)) lines.push(...renderGap(item, width));
  const rest = sorted.length - SHOWN_UNDETERMINED;
  if (rest > 0) lines.push(`  and ${rest} more: --format json tells them all`);
  return lines;
}

function renderGap({ endpoint, what, why, blocking }: ReportedUndetermined, width: number): string[] {
  const mark = blocking ? '  ? ' : '  - ';
  const place = endpoint === null || what.includes(endpoint) ? '' : `${endpoint}: `;
  return renderHanging(mark, mark.length, `${place}${what}${why && '. '}${why}`, width);
}

/**
 * Worst first, and what was accepted last; findings of one severity keep the order of the rules. Where there is no
 * verdict, what keeps us from one comes before all others.
 */
export function sortFindings({ findings, verdict }: Report): ReportedFinding[] {
  const comesFirst = (finding: ReportedFinding) => verdict === 'inconclusive' && finding.effect === 'inconclusive';
  return [...findings].sort(
    (a, b) =>
      Number(comesFirst(b)) - Number(comesFirst(a)) ||
      Number(Boolean(a.waiver)) - Number(Boolean(b.waiver)) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

/** Who accepted a finding, until when and why: `accepted by Ann until 2027-01-31: moves in June`. */
export function renderWaiver({ by, until, reason }: NonNullable<ReportedFinding['waiver']>): string {
  return `accepted by ${by} until ${until}: ${reason}`;
}
