import { InputError } from './input-error.js';

/** Longest line that is read, in characters. */
export const MAX_LINE = 65_536;

/**
 * Splits a stream of UTF-8 bytes into lines without their ends (LF or CRLF) and without a byte order mark. Lines come
 * as soon as they are complete.
 *
 * @throws InputError where a line is longer than {@link MAX_LINE}
 */
export async function* readLines(stream: AsyncIterable<Uint8Array | string>, file: string): AsyncGenerator<string> {
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
