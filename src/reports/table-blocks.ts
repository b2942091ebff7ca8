import type { Report } from '../model/report.js';
import type { ReportedFinding } from '../model/finding.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import { paintSeverity, type Paint } from './paint.js';

/*
 * Blocks of lines that the reports of a target and of a site share.
 */

const OVERVIEW_ROWS = 8;
const SHOWN_ERRORS = 10;
const INDENT = '  ';

/** Raw text as indented lines. */
export function indent(text: string, width: number): string[] {
  return wrapText(forTerminal(text), width - INDENT.length).map((line) => INDENT + line);
}

/** The findings at a glance, a line each in the order given, where there are several, and what to do about the first. */
export function renderOverview(findings: readonly ReportedFinding[], width: number, paint: Paint): string[] {
  const telling = findings.filter(({ effect }) => effect !== 'note');
  const [first] = telling;
  if (!first || telling.length < 2) return [];
  const rows = telling.slice(0, OVERVIEW_ROWS).map(({ severity, endpoint, title }) => {
    const where = (endpoint ?? '').padEnd(9);
    return `${INDENT}${paintSeverity(paint, severity, 8)}  ${where}  ${forTerminalLine(title, width - 23)}`;
  });
  const rest = telling.length - rows.length;
  const todo = indent(`Do first: ${first.remedy}`, width).map((line) => paint('bold', line));
  return ['', ...rows, ...(rest > 0 ? [`${INDENT}and ${rest} more below`] : []), '', ...todo];
}

/** What crashed or failed in sallyport itself. */
export function renderErrors({ errors }: Pick<Report, 'errors'>, width: number, paint: Paint): string[] {
  if (errors.length === 0) return [];
  const lines = ['', paint('bold', 'ERRORS OF SALLYPORT ITSELF')];
  for (const { unit, message } of errors.slice(0, SHOWN_ERRORS)) lines.push(...indent(`${unit}: ${message}`, width));
  const rest = errors.length - SHOWN_ERRORS;
  return rest > 0 ? [...lines, `${INDENT}and ${rest} more: --format json tells them all`] : lines;
}
