import { stringify } from 'csv-stringify/sync';
import { forTerminal } from '../words/escape.js';

/** What may stand between the cells of a row; Excel wants `;` where the comma is in numbers. */
export const CSV_SEPARATORS = [',', ';', 'tab'] as const;
export type CsvSeparator = (typeof CSV_SEPARATORS)[number];

/** What a cell may hold; null is empty. */
export type CsvCell = string | number | null;

/**
 * Writes rows for spreadsheets: UTF-8 with a byte order mark, CRLF (RFC 4180). What a target sent is made visible, and no
 * cell is a formula (OWASP, CSV injection).
 */
export function createCsvWriter<C extends string>(columns: readonly C[], separator: CsvSeparator = ',') {
  const options = {
    delimiter: separator === 'tab' ? '\t' : separator,
    record_delimiter: '\r\n',
    escape_formulas: true,
  };
  return {
    begin: () => `\ufeff${stringify([[...columns]], options)}`,
    row: (cells: Readonly<Record<C, CsvCell>>): string => {
      const texts = columns.map((column) => {
        const cell = cells[column];
        return typeof cell === 'string' ? forTerminal(cell) : cell;
      });
      return stringify([texts], options);
    },
  };
}
