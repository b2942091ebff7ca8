import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { InputError, type InputPlace } from './input-error.js';
import { describeFileError } from './read-text.js';
import { type EncodingNote, readUtf8 } from './utf8-stream.js';

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
const DELIMITERS = [';', '\t', ','] as const;

export type Delimiter = (typeof DELIMITERS)[number];

/** The first line of Excel that names the separator: the header shows it as well. */
const SEPARATOR_LINE = /^\uFEFF?"?sep=[;,\t|]?"?[;,\t]*\s*$/i;

/** The rows of a file, and what separates their cells. */
export interface CsvDocument {
  readonly delimiter: Delimiter;
  /** The first is the header. Rows without any text are left out, and a first line that names the separator. */
  readonly rows: AsyncGenerator<CsvRow>;
}

/**
 * Opens a CSV file (RFC 4180) with any line ends, in an encoding that {@link readUtf8} knows. Columns are separated by
 * what the header has most of: semicolons, tabs or commas. Rows come as they are read: nothing accumulates.
 *
 * @param onNote takes in which other encoding than UTF-8 the file was read
 * @param text what is read in place of the file
 * @throws InputError, also while rows are read: no such file, bad quotation marks, a row that is too long
 */
export async function openCsv(file: string, onNote?: EncodingNote, text?: string): Promise<CsvDocument> {
  try {
    const { head, all } = await peekLine(
      readUtf8(text === undefined ? createReadStream(file) : [text], file, onNote),
      isHeader,
    );
    return { delimiter: findDelimiter(head), rows: readCsv(all, file, findDelimiter(head)) };
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(describeFileError(error), { file });
  }
}

/** Whether this can be the first line with names of columns. */
export function isHeader(line: string): boolean {
  return !/^[\s\uFEFF;,]*$/.test(line) && !SEPARATOR_LINE.test(line);
}

/** What separates the cells of a header. */
export function findDelimiter(header: string): Delimiter {
  const bare = header.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => bare.split(delimiter).length;
  const most = DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
  return count(most) > 1 ? most : ',';
}

/**
 * Reads a stream until it has a line that is `wanted`; gives that line, or an empty one, and the whole stream. A line
 * that is longer than a row may be is not waited for.
 */
export async function peekLine(
  chunks: AsyncGenerator<Buffer>,
  wanted: (line: string) => boolean,
): Promise<{ readonly head: string; readonly all: AsyncGenerator<Buffer> }> {
  const read: Buffer[] = [];
  let text = '';
  let head: string | undefined;
  while (head === undefined && text.length <= MAX_ROW) {
    const next = await chunks.next();
    if (next.done) break;
    read.push(next.value);
    const piece = next.value.toString('utf8');
    text += piece;
    if (/[\r\n]/.test(piece)) head = splitLines(text).slice(0, -1).find(wanted);
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* read;
      yield* chunks;
    } finally {
      await chunks.return(undefined);
    }
  };
  return { head: head ?? splitLines(text).find(wanted) ?? '', all: all() };
}

function splitLines(text: string): string[] {
  return text.split(/\r\n|[\r\n]/);
}

/**
 * Reads the rows of a stream of UTF-8; see {@link openCsv}.
 * @param file what it is called
 * @throws InputError
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  file: string,
  delimiter: Delimiter,
): AsyncGenerator<CsvRow> {
  try {
    yield* parseRows(chunks, file, delimiter);
  } catch (error) {
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
      if (start === 1 && SEPARATOR_LINE.test(raw)) continue;
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
