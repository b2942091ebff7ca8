import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { InputError, type InputPlace } from './input-error.js';
import { describeFileError } from './read-text.js';

/** Longest row that is read, in bytes: a quotation mark left open must not swallow the whole file. */
const MAX_ROW = 65_536;

/** A row of a CSV file. */
export interface CsvRow {
  /** Without white space around them. */
  readonly cells: readonly string[];
  /** Where the cell at an index begins. */
  readonly place: (index: number) => InputPlace;
}

/** What separates the columns of a file. */
export type Delimiter = ',' | ';';

/** The rows of a file, and what separates their cells. */
export interface CsvDocument {
  readonly delimiter: Delimiter;
  /** The first is the header. Rows without any text are left out. */
  readonly rows: AsyncGenerator<CsvRow>;
}

/**
 * Opens a CSV file (RFC 4180) in UTF-8, with or without byte order mark, with any line ends. Columns are separated by
 * semicolons where the header has one, otherwise by commas. Rows come as they are read: nothing accumulates.
 *
 * @throws InputError, also while rows are read: no such file, not UTF-8, bad quotation marks, a row that is too long
 */
export async function openCsv(file: string): Promise<CsvDocument> {
  const chunks = readChunks(file);
  const first = await chunks.next();
  const head = first.done ? Buffer.alloc(0) : first.value;
  const header = /[^\r\n]*\S[^\r\n]*/.exec(head.toString('utf8'))?.[0] ?? '';
  const delimiter = header.includes(';') ? ';' : ',';
  const all = async function* (): AsyncGenerator<Buffer> {
    yield head;
    yield* chunks;
  };
  return { delimiter, rows: parseRows(all(), file, delimiter) };
}

async function* readChunks(file: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      decoder.decode(chunk, { stream: true });
      yield chunk;
    }
    decoder.decode();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new InputError('not UTF-8 text; spreadsheets call the right format "CSV UTF-8"', { file });
    }
    throw error instanceof InputError ? error : new InputError(describeFileError(error), { file });
  }
}

async function* parseRows(chunks: AsyncIterable<Buffer>, file: string, delimiter: Delimiter): AsyncGenerator<CsvRow> {
  let line = 1;
  const parser = parse({
    bom: true,
    raw: true,
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_ROW,
  });
  let failure: Error | undefined;
  parser.on('error', (error) => (failure = error));
  const takeRows = function* (): Generator<CsvRow> {
    for (let row = parser.read() as ParsedRow | null; row; row = parser.read() as ParsedRow | null) {
      const { record, raw } = row;
      const start = line;
      line += countLineEnds(raw);
      let blank = true;
      const cells = record.map((cell) => {
        const text = cell.trim();
        blank &&= text === '';
        return text;
      });
      if (!blank) yield { cells, place: (index) => locateCell(raw, { file, line: start }, index, delimiter) };
    }
  };
  for await (const chunk of chunks) {
    parser.write(chunk);
    // Not yield*, which in an async generator waits three times for each row.
    for (const row of takeRows()) yield row;
    if (parser.errored) break;
  }
  if (!parser.errored) parser.end();
  // Errors, and what comes after the last line end, are told later than the call that finds them.
  await new Promise(setImmediate);
  yield* takeRows();
  if (failure) throw new InputError(describeCsvError(failure), { file, line });
}

/** What the parser gives for a row. */
interface ParsedRow {
  readonly record: readonly string[];
  /** The text of the row with its line end, which may lack its line feed. */
  readonly raw: string;
}

function countLineEnds(raw: string): number {
  let count = 0;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code === 10 || (code === 13 && raw.charCodeAt(i + 1) !== 10)) count++;
  }
  return count;
}

/** Finds a cell in the text of its row, whose quotation marks are known to be right. */
function locateCell(raw: string, start: InputPlace, index: number, delimiter: string): InputPlace {
  let { line = 1 } = start;
  let lineStart = 0;
  let cell = 0;
  let quoted = false;
  let i = 0;
  for (; i < raw.length && cell < index; i++) {
    const char = raw[i];
    if (char === '"') quoted = !quoted;
    else if (char === delimiter && !quoted) cell++;
    else if (char === '\n' || (char === '\r' && raw[i + 1] !== '\n')) {
      // The line end of the row itself: the cell is missing, and would stand before it.
      if (!quoted) break;
      line++;
      lineStart = i + 1;
    }
  }
  return { file: start.file, line, column: i - lineStart + 1 };
}

/** What the parser's errors mean, by their code. */
const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark in this row is never closed',
  CSV_MAX_RECORD_SIZE: `row is longer than ${MAX_ROW} bytes; is a quotation mark left open?`,
  CSV_INVALID_CLOSING_QUOTE: 'bad quotation marks: they must enclose a whole cell, and be doubled inside it',
  INVALID_OPENING_QUOTE: 'bad quotation marks: they must enclose a whole cell, and be doubled inside it',
};

function describeCsvError(error: Error): string {
  return (error instanceof CsvError && PROBLEMS[error.code]) || error.message;
}
