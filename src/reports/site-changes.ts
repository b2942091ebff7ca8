import type { Verdict } from '../model/report.js';
import type { ReportedFinding } from '../model/finding.js';
import type { ReachChange, ReachChangeKind, SiteChanges } from '../model/site-change.js';
import { limitWidth, wrapText } from '../words/layout.js';
import { indent, renderHanging } from './blocks.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { createPaint, FITNESS_LABELS, paintSeverity, STANDING_MARKS, type Paint } from './paint.js';
import { CAUSE_WORDS } from './site-reachable.js';
import type { SiteStyle } from './site-table.js';
import { renderTime } from '../words/time.js';

const MOST_COLUMNS = 100;
/** More rows of a kind than this are counted, not shown. */
const SHOWN = 20;
const TEXT_COLUMN = 23;

const WORDS: Readonly<Record<ReachChangeKind, string>> = {
  opened: 'OPENED',
  found: 'FOUND',
  closed: 'closed',
  'cause-changed': 'changed',
  'still-open': 'still open',
  'not-known': 'not known',
};

const OTHER_SITE =
  'By their addresses, the two runs seem to be of different sites, so nothing is reported as fixed. Give --client to say whose site it is.';

/** What changed between two runs at one site: what is fixed, what is new, and what is not known. */
export function renderSiteChanges(changes: SiteChanges<ReportedFinding>, { color, width: columns }: SiteStyle): string {
  const width = limitWidth(columns, MOST_COLUMNS);
  const paint = createPaint(color);
  const { from, to, verdict, findings, endpoints, sameSite } = changes;
  const nothing = Object.values(findings).every((list) => list.length === 0) && endpoints.length === 0;
  const lines = [
    ...wrapText(`SINCE ${renderTime(from)} (now ${renderTime(to)})`, width).map((line) => paint('bold', line)),
    `  ${renderVerdict(verdict.before, paint)} → ${renderVerdict(verdict.after, paint)}`,
    ...(sameSite ? [] : indent(OTHER_SITE, width)),
    ...renderEndpointChanges(endpoints, width),
    ...renderList('Fixed', findings.gone, width, paint),
    ...renderList('New', findings.new, width, paint),
    ...renderList('Still there', findings.still, width, paint),
    ...renderList('Not seen this time, but not known to be fixed', findings.notKnown, width, paint),
    ...(nothing ? indent('Nothing was found, before or now.', width) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function renderVerdict(verdict: Verdict, paint: Paint): string {
  return paint([...STANDING_MARKS[verdict].format], FITNESS_LABELS[verdict]);
}

function renderEndpointChanges(changes: readonly ReachChange[], width: number): string[] {
  const rest = changes.length - SHOWN;
  return [
    ...(changes.length > 0 ? ['', '  Reachable from outside'] : []),
    ...changes.slice(0, SHOWN).flatMap(({ kind, endpoint, before, after }) => {
      const causes = [before, after].flatMap((one) => (one ? [CAUSE_WORDS[one.cause]] : []));
      const text = kind === 'cause-changed' ? causes.join(' → ') : (causes.at(-1) ?? '');
      return hang(`    ${WORDS[kind].padEnd(10)} ${endpoint}`.padEnd(TEXT_COLUMN + 4), text, width);
    }),
    ...tellRest(rest, width),
  ];
}

function renderList(title: string, findings: readonly ReportedFinding[], width: number, paint: Paint): string[] {
  if (findings.length === 0) return [];
  return [
    '',
    ...indent(title, width),
    ...findings
      .slice(0, SHOWN)
      .flatMap(({ severity, endpoint, title: text }) =>
        hang(`    ${paintSeverity(paint, severity, 8)} ${(endpoint ?? '').padEnd(9)} `, text, width),
      ),
    ...tellRest(findings.length - SHOWN, width),
  ];
}

/** A left part of a fixed width, and raw text that hangs beside it, or below it if there is no room. */
function hang(left: string, text: string, width: number): string[] {
  if (width < LEAST_FOR_COLUMNS) return [left.trimEnd(), ...renderHanging('      ', 6, text, width)];
  return renderHanging(left, TEXT_COLUMN, text, width - 4);
}

function tellRest(rest: number, width: number): string[] {
  return rest > 0 ? indent(`and ${rest} more: --format json lists them all`, width) : [];
}
