import type { Report, Verdict } from '../model/report.js';
import { forTerminal } from '../words/escape.js';
import { cutWords } from '../words/layout.js';
import { paintSeverity, VERDICT_MARKS, type Paint } from './paint.js';
import { sortFindings } from './finding-groups.js';
import { renderWaiver } from './findings-table.js';

/** A look that was judged again. */
export interface JudgementRow {
  readonly clientId: string;
  readonly slot: string;
  readonly sweepId: number;
  readonly at: string;
  /** The verdict when it was seen. */
  readonly before: Verdict;
  /** As it is judged now. */
  readonly report: Report;
}

/** More findings of one look than this are counted, not shown. */
const SHOWN_FINDINGS = 12;

/** A look judged again: the verdict then and now, and what counts now. */
export function renderJudgement({ clientId, slot, before, report }: JudgementRow, width: number, paint: Paint): string {
  const name = (verdict: Verdict) => paint([...VERDICT_MARKS[verdict].format], VERDICT_MARKS[verdict].label);
  const findings = sortFindings(report).filter(({ effect, waiver }) => effect !== 'note' || waiver);
  const rows = findings.slice(0, SHOWN_FINDINGS).map(({ severity, endpoint, title, waiver }) => {
    const accepted = waiver ? ` (${renderWaiver(waiver)})` : '';
    const text = cutWords(forTerminal(title + accepted), width - 23);
    return `  ${paintSeverity(paint, severity, 8)}  ${(endpoint ?? '').padEnd(9)}  ${text}`;
  });
  const rest = findings.length - rows.length;
  const verdicts = before === report.verdict ? name(before) : `${name(before)} → ${name(report.verdict)}`;
  const lines = [`${forTerminal(`${clientId}  ${slot}`)}  ${verdicts}`, ...rows];
  return `${[...lines, ...(rest > 0 ? [`  and ${rest} more: --format json lists them all`] : [])].join('\n')}\n`;
}
