import { createReadStream } from 'node:fs';
import { looksLikeTarget, parseTargetSpec, type TargetSpec } from './targets.js';
import { type CsvRow, findDelimiter, peekLine, readCsv } from '../text/csv-document.js';
import { InputError, type InputPlace } from '../text/input-error.js';
import { describeFileError } from '../text/read-text.js';
import { type EncodingNote, readUtf8 } from '../text/utf8-stream.js';
import { quoteInput } from '../../words/input.js';
import { cutText } from '../../words/sentence.js';

/** Longest line that is read, in characters. */
export const MAX_LINE = 65_536;

/** Longest text of a target with the name beside it. */
const MAX_TEXT = 512;

/** What a column of addresses is called, in lower case. */
export const ADDRESS_COLUMNS: ReadonlySet<string> = new Set(
  ['address', 'addresses', 'ip', 'ip address', 'ip-address', 'ip_address', 'ipaddress', 'public ip', 'host'].concat(
    ...['hostname', 'target', 'adresse', 'ip-adresse', 'wan ip', 'wan-ip'],
  ),
);

const NAME_COLUMNS: ReadonlySet<string> = new Set(['name', 'client', 'customer', 'kunde', 'site']);

/** Bytes or text as they come. */
export type Chunks = AsyncIterable<Uint8Array | string>;

/**
 * Reads a file of targets; see {@link readTargets}.
 * @throws InputError if the file cannot be read
 */
export function readTargetFile(file: string, onNote?: EncodingNote): AsyncGenerator<TargetSpec | InputError> {
  return readTargets(readChunks(file), file, onNote);
}

async function* readChunks(file: string): AsyncGenerator<Buffer> {
  yield* createReadStream(file) as AsyncIterable<Buffer>;
}

/**
 * Reads a list of targets: separated by white space, commas or semicolons, `#` starts a comment; or CSV, if the first
 * line is a header with a column of addresses. Targets come as soon as their line is read, and what is wrong with a line
 * comes in its place, so that all mistakes can be reported; nothing accumulates.
 *
 * @param file what it is called
 * @param onNote takes in which other encoding than UTF-8 it was read
 * @throws InputError for what cannot be read
 */
export async function* readTargets(
  chunks: Chunks,
  file: string,
  onNote?: EncodingNote,
): AsyncGenerator<TargetSpec | InputError> {
  try {
    const { head, all } = await peekLine(readUtf8(chunks, file, onNote), isContent);
    if (isHeader(head)) yield* readRows(readCsv(all, file, findDelimiter(head)));
    else yield* readLinesOfTargets(all, file);
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(describeFileError(error), { file });
  }
}

function isContent(line: string): boolean {
  return !/^[\s\uFEFF,;]*(?:#.*|"?sep=.*)?$/is.test(line);
}

function isHeader(line: string): boolean {
  return splitCells(line).some((cell) => ADDRESS_COLUMNS.has(cell));
}

function splitCells(line: string): string[] {
  return line.split(findDelimiter(line)).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  );
}

async function* readRows(rows: AsyncIterable<CsvRow>): AsyncGenerator<TargetSpec | InputError> {
  let [address, name] = [-1, -1];
  for await (const { cells, place } of rows) {
    if (cells[0]?.startsWith('#')) continue;
    if (address === -1) {
      const header = cells.map((cell) => cell.toLowerCase());
      address = header.findIndex((cell) => ADDRESS_COLUMNS.has(cell));
      name = header.findIndex((cell) => NAME_COLUMNS.has(cell));
      continue;
    }
    const texts = (cells[address] ?? '').split(/[\s,;|]+/).filter((text) => text !== '');
    if (texts.length === 0) yield new InputError('the address is missing', place(address));
    for (const text of texts) {
      const spec = parseOrRefuse(text, place(address));
      const beside = cells[name];
      yield spec instanceof InputError || !beside
        ? spec
        : { ...spec, text: cutText(`${spec.text}, ${beside}`, MAX_TEXT) };
    }
  }
}

async function* readLinesOfTargets(
  chunks: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<TargetSpec | InputError> {
  let line = 0;
  for await (const text of readLines(chunks, file)) {
    line++;
    const [content = ''] = text.split('#', 1);
    const words = [...content.matchAll(/[^\s,;]+/g)];
    let told = false;
    for (const { 0: word, index } of words) {
      const place = { file, line, column: index + 1 };
      // Alone, any word is a host name; beside others, or cells that are empty, more likely the name of a customer.
      if (word === content.trim() || looksLikeTarget(word)) yield parseOrRefuse(word, place);
      else if (!told) {
        told = true;
        yield new InputError(describeWord(word), place);
      }
    }
  }
}

function describeWord(word: string): string {
  return (
    `${quoteInput(word)} beside other words or cells is neither an address nor a full host name: begin a comment with "#", ` +
    'or the list with a header such as "address,name"'
  );
}

function parseOrRefuse(text: string, place: InputPlace): TargetSpec | InputError {
  try {
    return parseTargetSpec(text, place);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/**
 * Splits a stream of UTF-8 bytes into lines without their ends (LF or CRLF) and without a byte order mark. Lines come
 * as soon as they are complete.
 *
 * @throws InputError if a line is longer than {@link MAX_LINE}
 */
async function* readLines(stream: AsyncIterable<Buffer>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 1;
  for await (const chunk of stream) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      yield checkLine(rest + piece, file, line++).replace(/\r$/, '');
      rest = '';
    }
    rest = checkLine(rest + last, file, line);
  }
  rest += decoder.decode();
  if (rest !== '') yield rest.replace(/\r$/, '');
}

function checkLine(text: string, file: string, line: number): string {
  if (text.length > MAX_LINE) throw new InputError(`line is longer than ${MAX_LINE} characters`, { file, line });
  return line === 1 ? text.replace(/^\uFEFF/, '') : text;
}
