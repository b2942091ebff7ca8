import { createReadStream } from 'node:fs';
import { refuseSpec } from './guard.js';
import { parseTargetSpec, type TargetSpec } from './targets.js';
import { InputError, type InputPlace } from '../text/input-error.js';
import { describeFileError } from '../text/read-text.js';

/** Longest line that is read, in characters. */
export const MAX_LINE = 65_536;

/** Targets from arguments and files. */
export interface TargetList {
  readonly specs: readonly TargetSpec[] | AsyncIterable<TargetSpec>;
  /** Addresses in all before any exclusion, names counting as one; null if standard input is still to come. */
  readonly count: number | null;
}

/**
 * Opens the targets given as arguments and in files (`-`: standard input). Files are read twice, first to find
 * every error before anything is sent, then as a stream: a list of any length needs no memory.
 * @throws InputError at file:line:column
 */
export async function openTargetList(
  given: readonly string[],
  files: readonly string[],
  allowSpecial: boolean,
): Promise<TargetList> {
  const specs = given.map((text) => parseTargetSpec(text));
  if (files.length === 0) return { specs, count: sum(specs) };
  let count: bigint | null = BigInt(sum(specs));
  for (const file of files) {
    if (file === '-') count = null;
    else for await (const spec of readFile(file, allowSpecial)) count = count === null ? null : count + spec.count;
  }
  const stream = async function* (): AsyncGenerator<TargetSpec> {
    yield* specs;
    for (const file of files) yield* readFile(file, allowSpecial);
  };
  return { specs: stream(), count: count === null ? null : Number(count) };
}

async function* readFile(file: string, allowSpecial: boolean): AsyncGenerator<TargetSpec> {
  for await (const { spec } of readTargetFile(file)) {
    const refusal = refuseSpec(spec, allowSpecial);
    if (refusal) throw refusal;
    yield spec;
  }
}

function sum(specs: readonly TargetSpec[]): number {
  return Number(specs.reduce((total, { count }) => total + count, 0n));
}

/** A target and where in the file it stands. */
export interface PlacedSpec {
  readonly spec: TargetSpec;
  readonly place: InputPlace;
}

/**
 * Reads targets from a file, or from `stdin` where the file is `-`: separated by white space or commas, `#` starts a
 * comment. Targets come as soon as their line is read; nothing accumulates.
 *
 * @throws InputError at file:line:column
 */
export async function* readTargetFile(
  file: string,
  stdin: AsyncIterable<Uint8Array | string> = process.stdin,
): AsyncGenerator<PlacedSpec> {
  const shown = file === '-' ? 'stdin' : file;
  let line = 0;
  try {
    const stream: AsyncIterable<Uint8Array | string> = file === '-' ? stdin : createReadStream(file);
    for await (const text of readLines(stream, shown)) {
      line++;
      const [content = ''] = text.split('#', 1);
      for (const match of content.matchAll(/[^\s,]+/g)) {
        const place = { file: shown, line, column: match.index + 1 };
        yield { spec: parseTargetSpec(match[0], place), place };
      }
    }
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(describeFileError(error), { file: shown });
  }
}

/**
 * Splits a stream of UTF-8 bytes into lines without their ends (LF or CRLF) and without a byte order mark. Lines come
 * as soon as they are complete.
 *
 * @throws InputError if a line is longer than {@link MAX_LINE}
 */
async function* readLines(stream: AsyncIterable<Uint8Array | string>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 1;
  for await (const chunk of stream) {
    const pieces = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n');
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
