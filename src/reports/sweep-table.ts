import type { ChangeKind, SaidChange, Unseen } from '../model/change.js';
import type { ClientCard } from '../model/client.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { cutWords, limitWidth } from '../words/layout.js';
import { renderCount } from '../words/sentence.js';
import { SEVERITIES } from '../model/severity.js';
import { createRows } from './address-rows.js';
import { SEVERITY_MARKS } from './paint.js';
import type { ReportStyle, SweepResults, SweepSummary, SweepWriter, Unchecked } from './reporter.js';

/** Wider rows read badly. */
const MOST_COLUMNS = 160;
/** From this many clients on the table leaves out those that are compliant and unchanged. */
const ROWS_FOR_ALL = 100;

/** More of what is out of sight at an address is only counted. */
const MOST_UNSEEN = 3;

/** What to type about a client that is not compliant. */
const HELP = 'What to do: sallyport show CLIENT';

/** What stands before a title that does not say it itself. */
const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  exposed: 'NEW: ',
  resolved: '',
  'lost-sight': '',
  'service-lost': 'LOST: ',
  'service-back': '',
  'identity-changed': 'changed: ',
  'address-changed': 'moved: ',
  'no-longer-determined': 'unknown: ',
};

/** A sweep for people: a row for each slot, its changes below it. */
export function createSweepTable({ width: columns, ...rest }: ReportStyle, clients: number): SweepWriter {
  const style = { ...rest, width: limitWidth(columns, MOST_COLUMNS), help: HELP };
  const rows = createRows(style);
  const brief = clients > ROWS_FOR_ALL;
  return {
    begin: () => rows.begin(),
    result({ client, report, changes, unseen, lost = [] }) {
      const row = rows.report({ ...report, target: { ...report.target, name: client.name } });
      if (brief && report.verdict === 'compliant' && changes.length === 0 && unseen === 0) return '';
      const standing = unseen > 0 ? [renderUnseen(client, unseen, lost, style.width)] : [];
      return [row, ...changes.map((change) => renderChange(change, style.width)), ...standing].join('');
    },
    end: (summary) => rows.end() + renderSummary(summary, style.width, brief),
  };
}

function renderChange({ kind, title, before, after }: SaidChange, width: number): string {
  const detail =
    kind === 'identity-changed' || kind === 'address-changed' ? ` (${before ?? '?'} → ${after ?? '?'})` : '';
  return `  ${cutWords(KIND_WORDS[kind] + forTerminal(title + detail), width - 2)}\n`;
}

/** What is out of sight: how much, and the worst of it. */
function renderUnseen({ id }: ClientCard, unseen: number, lost: readonly Unseen[], width: number): string {
  const what = `${renderCount(unseen, 'exposure')} out of sight, and not known to be closed (sallyport show ${id})`;
  const worst = lost.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const named = worst.slice(0, MOST_UNSEEN).map(({ severity, title }) => `${SEVERITY_MARKS[severity].label} ${title}`);
  const rest = worst.length - named.length;
  return [
    `  ${cutWords(forTerminal(what), width - 2)}\n`,
    ...[...named, ...(rest > 0 ? [`and ${rest} more`] : [])].map(
      (line) => `    ${cutWords(forTerminal(line), width - 4)}\n`,
    ),
  ].join('');
}

/** Counts of results in words; empty if there are none. */
export function renderResults({ verdicts: { violation, inconclusive, compliant }, unseen }: SweepResults): string {
  const counts = [
    [violation, 'with a violation'],
    [compliant, 'compliant'],
    [inconclusive, 'inconclusive'],
  ] as const;
  const lost = unseen > 0 ? [`${unseen} of them exposed before and not seen since`] : [];
  return [...counts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])), ...lost].join(', ');
}

function renderSummary(summary: SweepSummary, width: number, brief: boolean): string {
  const { sweepId, interrupted, results, failed, skipped, skippedCount, pausedCount, blind, held } = summary;
  const lines = [`Sweep ${sweepId}${interrupted ? ' was cut off; --resume continues it' : ''}`];
  const list = (clients: readonly Unchecked[]) =>
    clients.map(({ client, reason }) => forTerminalLine(`  ${client.id} (${client.name}): ${reason}`, width));
  if (brief) lines.push('Compliant and unchanged clients are not listed; sallyport clients lists all.');
  const before = renderResults(results);
  if (before !== '') lines.push(`Found before it was continued: ${before}`);
  if (pausedCount > 0) lines.push(`${renderCount(pausedCount, 'client')} paused`);
  if (blind > 0) lines.push(`${renderCount(blind, 'result')} prove nothing: our own connection did not work`);
  if (held > 0) lines.push(`${renderCount(held, 'result')} not counted: too many clients fell silent at once`);
  // For a reason of each: its profile is gone, or all of its addresses are excluded.
  if (failed.length > 0) lines.push(`${renderCount(failed.length, 'client')} not checked:`, ...list(failed));
  if (skippedCount > 0) {
    lines.push(
      `${renderCount(skippedCount, 'client')} not checked, because there is no valid authorisation:`,
      ...list(skipped),
    );
  }
  if (skippedCount > skipped.length) lines.push(`  and ${skippedCount - skipped.length} more`);
  return `${lines.join('\n')}\n`;
}
