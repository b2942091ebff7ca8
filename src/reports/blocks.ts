import type { ReportedUndetermined } from '../model/finding.js';
import { isOfNetwork } from '../model/lan.js';
import type { Report } from '../model/report.js';
import { forTerminal } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import { lowerFirst, renderCount } from '../words/sentence.js';
import type { Paint } from './paint.js';

/*
 * Blocks of lines that the reports of an address and of a site share.
 */

/** How a report is laid out. */
export interface Page {
  /** Columns of a line. */
  readonly width: number;
  readonly paint: Paint;
  /** Whether to show everything, also what is the same in every report. */
  readonly full: boolean;
}

const SHOWN_UNDETERMINED = 20;
const SHOWN_ERRORS = 10;
const LABEL_COLUMNS = 9;
const INDENT = '  ';

/** Raw text as indented lines. */
export function indent(text: string, width: number): string[] {
  return wrapText(forTerminal(text), width - INDENT.length).map((line) => INDENT + line);
}

/** A first line that starts with a mark of so many columns, and raw text that hangs beside it. */
export function renderHanging(mark: string, columns: number, text: string, width: number): string[] {
  const [first = '', ...rest] = wrapText(forTerminal(text), width - columns);
  return [mark + first, ...rest.map((line) => ' '.repeat(columns) + line)];
}

/** A label and raw text, wrapped, in a column of its own; nothing if there is no text. */
export function renderField(label: string, text: string, width: number, columns = LABEL_COLUMNS): string[] {
  return text === '' ? [] : renderHanging(INDENT + label.padEnd(columns), INDENT.length + columns, text, width);
}

/** What could not be determined and keeps us from a verdict; in full all that could not be determined. */
export function renderUndetermined(
  { undetermined }: Pick<Report, 'undetermined'>,
  { width, paint, full }: Page,
): string[] {
  const blocking = undetermined.filter((item) => item.blocking);
  const told = full ? [...blocking, ...undetermined.filter((item) => !item.blocking)] : blocking;
  if (told.length === 0) return [];
  const rest = told.length - SHOWN_UNDETERMINED;
  return [
    '',
    paint('bold', 'WHAT COULD NOT BE DETERMINED'),
    ...told.slice(0, SHOWN_UNDETERMINED).flatMap((item) => renderGap(item, width)),
    ...(rest > 0 ? indent(`and ${rest} more: --format json lists them all`, width) : []),
  ];
}

function renderGap({ endpoint, what, why, blocking }: ReportedUndetermined, width: number): string[] {
  const mark = blocking ? '  ? ' : '  - ';
  const place = endpoint === null || what.includes(endpoint) ? '' : `${endpoint}: `;
  return renderHanging(mark, mark.length, `${place}${what}${why && '. '}${why}`, width);
}

/**
 * What no report of this kind can determine, which keeps us from nothing: by name if two lines hold that, else by
 * number. Nothing in full, where it is told among the rest.
 * @param view the way of looking, such as "from outside"
 */
export function renderStanding(
  { undetermined }: Pick<Report, 'undetermined'>,
  view: string,
  { width, full }: Page,
): string[] {
  const standing = undetermined.filter(({ blocking }) => !blocking);
  if (full || standing.length === 0) return [];
  const names = standing.map(({ what }) => lowerFirst(what)).join('; ');
  const lines = indent(`Not known ${view} (--full explains): ${names}.`, width);
  const count = renderCount(standing.length, 'thing');
  return lines.length <= 2 ? lines : indent(`${count} cannot be determined ${view}: --full lists them.`, width);
}

/** What this machine and its network kept from being seen, and what crashed or failed in sallyport itself. */
export function renderErrors({ errors }: Pick<Report, 'errors'>, page: Page): string[] {
  const [network, ours] = [errors.filter(isOfNetwork), errors.filter((error) => !isOfNetwork(error))];
  return [
    ...renderLines(
      'NOT SEEN FROM THIS MACHINE',
      network.map(({ message }) => message),
      page,
    ),
    ...renderLines(
      'ERRORS OF SALLYPORT ITSELF',
      ours.map(({ unit, message }) => `${unit}: ${message}`),
      page,
    ),
  ];
}

function renderLines(title: string, lines: readonly string[], { width, paint }: Page): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - SHOWN_ERRORS;
  return [
    '',
    paint('bold', title),
    ...lines.slice(0, SHOWN_ERRORS).flatMap((line) => indent(line, width)),
    ...(rest > 0 ? indent(`and ${rest} more: --format json lists them all`, width) : []),
  ];
}
