import { getBorderCharacters, table } from 'table';
import { forTerminalLine } from '../words/escape.js';
import { wrapText } from '../words/layout.js';

const GAP = 2;
/** On narrower terminals tables of fixed columns show their cells below each other. */
export const LEAST_FOR_COLUMNS = 72;
const LAST_AT_LEAST = 16;
/** A label of a hostile target cannot fill the screen. */
const LAST_LINES = 4;

/** The cells of a row, raw. */
export type Row = readonly string[];

export interface Column {
  readonly title: string;
  /** Most columns of the terminal that it may take; the last one takes what is left. */
  readonly most: number;
}

/** Widths that the cells need, the last column the rest of `width`; null if that is too narrow. */
function measureColumns(columns: readonly Column[], rows: readonly Row[], width: number): number[] | null {
  const needed = columns
    .slice(0, -1)
    .map(({ title, most }, index) =>
      rows.reduce((max, row) => Math.max(max, Math.min(most, row[index]?.length ?? 0)), title.length),
    );
  const rest = needed.reduce((left, each) => left - each - GAP, width);
  return rest < LAST_AT_LEAST ? null : [...needed, rest];
}

/** Ids, ports and addresses are ASCII by contract; whatever is not would break the columns. */
function keepAscii(text: string): string {
  return text.replace(/[^ -~]/gu, '?');
}

/**
 * Lays out rows of raw text below their titles: escaped and cut to the columns, the last one wrapped. Only that one shows
 * more than ASCII. Where the terminal is too narrow for columns, each row is a list of its cells.
 */
export function layOut(columns: readonly Column[], rows: readonly Row[], width: number): string[] {
  const widths = measureColumns(columns, rows, width);
  if (!widths) return [columns.map(({ title }) => title), ...rows].flatMap((row) => layOutList(row, width));
  const last = columns.length - 1;
  const cells = [columns.map(({ title }) => title), ...rows].map((row) =>
    row.map((cell, index) => {
      const most = widths[index] ?? LAST_AT_LEAST;
      return index === last
        ? wrapText(forTerminalLine(cell, LAST_LINES * most), most).join('\n')
        : forTerminalLine(keepAscii(cell), most);
    }),
  );
  return table(cells, {
    border: getBorderCharacters('void'),
    columnDefault: { paddingLeft: 0, paddingRight: 0 },
    columns: widths.map((each, index) => ({ width: each, paddingRight: index === last ? 0 : GAP })),
    drawHorizontalLine: () => false,
  })
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}

function layOutList(row: Row, width: number): string[] {
  const text = row.filter((cell) => cell !== '').join(', ');
  const [first = '', ...rest] = wrapText(forTerminalLine(text, LAST_LINES * (width - GAP)), width - GAP);
  return [first, ...rest.map((line) => ' '.repeat(GAP) + line)];
}
