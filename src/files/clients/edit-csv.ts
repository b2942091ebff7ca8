import { readCell, type Span, splitCells, splitRows, writeCell } from '../text/csv-cells.js';
import { type Delimiter, findDelimiter, isHeader } from '../text/csv-document.js';

/** A cell of a client's row. */
export interface CsvField {
  /** As the header has it. */
  readonly column: string;
  readonly value: string;
}

/** The row of a client in the text of a CSV inventory. */
export interface CsvEntry extends Span {
  readonly delimiter: Delimiter;
  /** Its cells in the order of the header, those at the end too that the row leaves out. */
  readonly fields: readonly CsvField[];
}

/** Finds the row of a client in the text of an inventory; null if it is not there. */
export function findCsvEntry(text: string, id: string): CsvEntry | null {
  const rows = splitRows(text);
  const first = rows.findIndex(({ start, end }) => isHeader(text.slice(start, end)));
  const header = rows[first];
  if (!header) return null;
  const head = text.slice(header.start, header.end);
  const delimiter = findDelimiter(head);
  const columns = splitCells(head, delimiter).map(readCell);
  const idAt = columns.findIndex((column) => column.toLowerCase() === 'id');
  for (const { start, end } of rows.slice(first + 1)) {
    const cells = splitCells(text.slice(start, end), delimiter).map(readCell);
    if (idAt === -1 || cells[idAt] !== id) continue;
    return { start, end, delimiter, fields: columns.map((column, at) => ({ column, value: cells[at] ?? '' })) };
  }
  return null;
}

/** The text of an inventory with other values in one row; every other character stays, cells that are the same too. */
export function replaceCsvEntry(text: string, entry: CsvEntry, values: readonly string[]): string {
  const { start, end, delimiter, fields } = entry;
  const written = splitCells(text.slice(start, end), delimiter);
  const isChanged = (at: number) => at < fields.length && (values[at] ?? '') !== fields[at]!.value;
  const last = Math.max(written.length - 1, ...fields.map((_, at) => (isChanged(at) ? at : 0)));
  const cells = Array.from({ length: last + 1 }, (_, at) =>
    isChanged(at) ? writeCell(values[at] ?? '') : (written[at] ?? ''),
  );
  return text.slice(0, start) + cells.join(delimiter) + text.slice(end);
}
