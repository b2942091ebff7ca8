import { createReadStream } from 'node:fs';
import { once } from 'node:events';
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
    if (error instanceof TypeError) {
      throw new InputError('not UTF-8 text; spreadsheets call the right format "CSV UTF-8"', { file });
    }
    throw error instanceof InputError ? error : new InputError(describeFileError(error), { file });
  }
}

async function* parseRows(chunks: AsyncIterable<Buffer>, file: string, delimiter: Delimiter): AsyncGenerator<CsvRow> {
  let line = 1;
  let rows: CsvRow[] = [];
  let failure: InputError | undefined;
  const takeRow = ({ record, raw }: { record: string[]; raw: string }): null => {
    const start = line;
    line += countLineEnds(raw);
    const cells = record.map((cell) => cell.trim());
    const place = (index: number) => ({ file, ...locateCell(raw, start, index, delimiter) });
    if (cells.some((cell) => cell !== '')) rows.push({ cells, place });
    return null;
  };
  const parser = parse({
    bom: true,
    raw: true,
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_ROW,
    on_record: takeRow as never,
  });
  parser.on('error', (error) => (failure = new InputError(describeCsvError(error), { file, line }))).resume();
  for await (const chunk of chunks) {
    parser.write(chunk);
    yield* rows;
    rows = [];
    if (failure) throw failure;
  }
  parser.end();
  if (!failure) await Promise.race([once(parser, 'end'), once(parser, 'close')]).catch(() => undefined);
  yield* rows;
  if (failure) throw failure;
}

function countLineEnds(raw: string): number {
  return raw.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** Finds a cell in the text of its row, whose quotation marks are known to be right. */
function locateCell(raw: string, line: number, index: number, delimiter: string): { line: number; column: number } {
  let lineStart = 0;
  let cell = 0;
  let quoted = false;
  for (let i = 0; i < raw.length; i++) {
    if (cell === index) return { line, column: i - lineStart + 1 };
    const char = raw[i];
    if (char === '"') quoted = !quoted;
    else if (char === delimiter && !quoted) cell++;
    else if (char === '\n' || (char === '\r' && raw[i + 1] !== '\n')) {
      line++;
      lineStart = i + 1;
    }
  }
  return { line, column: raw.length - lineStart + 1 };
}

/** What the parser's errors mean, by their code. */
const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark in this row is never closed',
  CSV_MAX_RECORD_SIZE: `row is longer than ${MAX_ROW} bytes; is a quotation mark left open?`,
  CSV_INVALID_CLOSING_QUOTE: 'bad quotation marks: they stand around a whole cell, and are doubled within it',
  INVALID_OPENING_QUOTE: 'bad quotation marks: they stand around a whole cell, and are doubled within it',
};

function describeCsvError(error: Error): string {
  return (error instanceof CsvError && PROBLEMS[error.code]) || error.message;
}
