import { InputError } from '../files/text/input-error.js';
import { readHiddenLine } from './hidden-prompt.js';

const MAX_BYTES = 256;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads one credential from standard input: by a hidden prompt where that is a terminal, else all of it, one line. Only
 * the line's end is taken off. The bytes are overwritten; the text itself is the runtime's to forget.
 * @throws InputError that tells nothing of what was read
 */
export async function readCredential(title: string): Promise<string> {
  const { stdin, stderr } = process;
  const bytes = stdin.isTTY
    ? await readHiddenLine(`${title} (is not shown): `, MAX_BYTES, stdin, stderr)
    : takeLine(await readAll(stdin));
  try {
    if (bytes.length === 0) throw new InputError(`no ${title} was given`);
    return bytes.toString('utf8');
  } finally {
    bytes.fill(0);
  }
}

/** Reads up to the end, and no more than may be in a line with its end. */
async function readAll(input: AsyncIterable<Buffer>): Promise<Buffer> {
  const all = Buffer.alloc(MAX_BYTES + 2);
  let length = 0;
  const chunks = readChunks(input);
  for await (const chunk of chunks) {
    const isTooLong = length + chunk.length > all.length;
    length += chunk.copy(all, length);
    chunk.fill(0);
    if (isTooLong) throw refuse(all, `more than ${MAX_BYTES} bytes were given`);
  }
  return all.subarray(0, length);
}

async function* readChunks(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* input;
  } catch {
    throw new InputError('standard input can not be read');
  }
}

/** Takes off the end of the line, LF or CRLF. */
function takeLine(bytes: Buffer): Buffer {
  const feed = bytes.indexOf(LINE_FEED);
  if (feed >= 0 && feed < bytes.length - 1) throw refuse(bytes, 'more than one line was given');
  const end = feed > 0 && bytes[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed;
  const line = end < 0 ? bytes : bytes.subarray(0, end);
  if (line.length > MAX_BYTES) throw refuse(bytes, `more than ${MAX_BYTES} bytes were given`);
  return line;
}

function refuse(bytes: Buffer, problem: string): InputError {
  bytes.fill(0);
  return new InputError(problem);
}
