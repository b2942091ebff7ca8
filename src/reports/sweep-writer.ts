import type { ChangeKind, SaidChange } from '../model/change.js';
import type { ClientCard } from '../model/client.js';
import type { Report, Verdict } from '../model/report.js';
import { SWEEP_RESULT_SCHEMA, type SweepResultLine } from '../model/sweep-result.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { cutWords, limitWidth } from '../words/layout.js';
import type { ReportStyle } from './reporter.js';
import { createFindingRows } from './csv.js';
import type { CsvSeparator } from './csv-rows.js';
import { createJsonWriter } from './json.js';
import { createRows } from './address-rows.js';
import { renderCount } from '../words/sentence.js';

/** Forms in which a sweep can be shown. */
export const SWEEP_FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;
export type SweepFormat = (typeof SWEEP_FORMATS)[number];

/** Wider rows read badly. */
const MOST_COLUMNS = 160;
/** From this many clients on the table leaves out those that are compliant and unchanged. */
const ROWS_FOR_ALL = 100;

/** Final result of one slot of a client. */
export interface SweepRow {
  readonly sweepId: number;
  readonly client: ClientCard;
  readonly slot: string;
  readonly report: Report;
  readonly changes: readonly SaidChange[];
  /** Exposures that stand and are out of sight. */
  readonly unseen: number;
}

/** A check by hand takes from the inventory what it is told. */
const OPTIONS = ' --profile NAME, as the inventory has it';

/** A client that was not probed, and why. */
export interface NotProbed {
  readonly client: { readonly id: string; readonly name: string };
  readonly reason: string;
}

/** What stands below the rows. */
export interface SweepSummary {
  /** Clients that could not be checked, or of which all is excluded, with the reason. */
  readonly failed: readonly NotProbed[];
  readonly sweepId: number;
  readonly interrupted: boolean;
  /** Results that stand from before, where the sweep was continued. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Clients that were not probed, with the reason; there may be more than are listed. */
  readonly skipped: readonly NotProbed[];
  readonly skippedCount: number;
  readonly pausedCount: number;
  /** Results that prove nothing, since the vantage was broken. */
  readonly blind: number;
  /** Results that do not count, since many clients fell silent at once. */
  readonly held: number;
}

/** Renders the results of a sweep as they come; keeps none of them. */
export interface SweepWriter {
  begin(): string;
  result(row: SweepRow): string;
  end(summary: SweepSummary): string;
}

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

/** Creates the writer of one sweep over so many clients. */
export function createSweepWriter(format: SweepFormat, style: ReportStyle, clients: number): SweepWriter {
  if (format === 'table') return createTable(style, clients);
  return format === 'csv' ? createCsv(style.csvSeparator) : createJson(format === 'json');
}

function createCsv(separator: CsvSeparator | undefined): SweepWriter {
  const { begin, report, unchecked } = createFindingRows(separator);
  return {
    begin,
    result: (row) => report(row.report, row),
    end: ({ failed, skipped }) => [...failed, ...skipped].map((one) => unchecked(one.client, one.reason)).join(''),
  };
}

function createJson(array: boolean): SweepWriter {
  const { element, ...ends } = createJsonWriter(array, 0);
  return {
    ...ends,
    result({ sweepId, client, slot, report, changes, unseen }) {
      const { id, name, group, tags } = client;
      return element({
        schema: SWEEP_RESULT_SCHEMA,
        sweep: sweepId,
        client: { id, name, group, tags },
        slot,
        changes,
        unseen,
        report,
      } satisfies { readonly [K in keyof SweepResultLine]: unknown });
    },
  };
}

function createTable({ width: columns, ...rest }: ReportStyle, clients: number): SweepWriter {
  const style = { ...rest, width: limitWidth(columns, MOST_COLUMNS) };
  const rows = createRows(style, OPTIONS);
  const brief = clients > ROWS_FOR_ALL;
  return {
    begin: () => rows.begin(),
    result({ client, report, changes, unseen }) {
      const row = rows.report({ ...report, target: { ...report.target, name: client.name } });
      if (brief && report.verdict === 'compliant' && changes.length === 0 && unseen === 0) return '';
      const standing = unseen > 0 ? [renderUnseen(client, unseen, style.width)] : [];
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

function renderUnseen({ id }: ClientCard, unseen: number, width: number): string {
  const what = `${renderCount(unseen, 'exposure')} out of sight: not seen, and not known to be closed (sallyport show ${id})`;
  return `  ${cutWords(forTerminal(what), width - 2)}\n`;
}

/** Counts of results in words; empty if there are none. */
export function renderVerdicts({ violation, inconclusive, compliant }: Readonly<Record<Verdict, number>>): string {
  const counts = [
    [violation, 'with a violation'],
    [inconclusive, 'inconclusive'],
    [compliant, 'compliant'],
  ] as const;
  return counts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])).join(', ');
}

function renderSummary(summary: SweepSummary, width: number, brief: boolean): string {
  const { sweepId, interrupted, verdicts, failed, skipped, skippedCount, pausedCount, blind, held } = summary;
  const lines = [`Sweep ${sweepId}${interrupted ? ' was cut off; --resume continues it' : ''}`];
  const list = (clients: readonly NotProbed[]) =>
    clients.map(({ client, reason }) => forTerminalLine(`  ${client.id} (${client.name}): ${reason}`, width));
  if (brief) lines.push('Compliant and unchanged clients are not listed; sallyport clients lists all.');
  const before = renderVerdicts(verdicts);
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
