import { InputError } from '../../files/text/input-error.js';

const MAX_BYTES = 256;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads one secret from standard input: by a hidden prompt where that is a terminal, else all of it, one line. Only
 * the line's end is taken off. The bytes are overwritten; the text itself is the runtime's to forget.
 * @throws InputError that tells nothing of what was read
 */
export async function readSecret(title: string): Promise<string> {
  const { stdin, stderr } = process;
  const bytes = stdin.isTTY
    ? await readHiddenLine(`${title} (not shown): `, MAX_BYTES, stdin, stderr)
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
    throw new InputError('standard input cannot be read');
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

/** What the prompt needs of a terminal's input; `process.stdin` is one. */
export interface TerminalInput {
  setRawMode(on: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  off(event: 'data', listener: (chunk: Buffer) => void): unknown;
  off(event: 'end', listener: () => void): unknown;
}

/** What the prompt is written to. */
export interface TerminalOutput {
  write(text: string): unknown;
}

const KEY = { ctrlC: 0x03, ctrlD: 0x04, backspace: 0x08, lineFeed: 0x0a, enter: 0x0d, ctrlU: 0x15, del: 0x7f } as const;

/**
 * Asks for a line on a terminal that shows nothing of it. Backspace takes back a character, Ctrl-U all; Enter or Ctrl-D
 * ends. Other keys, arrows too, count as what they send, since no one sees what they would do. However it ends, the
 * terminal is as it was before.
 * @returns the bytes of the line, for the caller to overwrite once they are read
 * @throws InputError on Ctrl-C, at the terminal's end and for more than `maxBytes` bytes
 */
export function readHiddenLine(
  prompt: string,
  maxBytes: number,
  input: TerminalInput,
  output: TerminalOutput,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const line = new HiddenLine(maxBytes);
    const finish = (problem?: string): void => {
      input.off('data', onData);
      input.off('end', onEnd);
      input.pause();
      input.setRawMode(false);
      output.write('\n');
      const trouble = problem ?? (line.isTooLong ? `more than ${maxBytes} bytes were given` : undefined);
      if (trouble === undefined) return resolve(line.take());
      line.clear();
      reject(new InputError(trouble));
    };
    const onEnd = (): void => finish('the terminal was closed');
    const onData = (chunk: Buffer): void => {
      const end = chunk.findIndex((byte) => !line.press(byte));
      const last = chunk[end];
      // What comes after the end, as of a text of several lines that was pasted, is dropped with it.
      chunk.fill(0);
      if (last !== undefined) finish(last === KEY.ctrlC ? 'interrupted' : undefined);
    };
    input.setRawMode(true);
    input.on('data', onData);
    input.on('end', onEnd);
    output.write(prompt);
    input.resume();
  });
}

/** A line that is being typed, in one buffer of which no copy is made. */
class HiddenLine {
  readonly #bytes: Buffer;
  #length = 0;
  #lost = 0;

  constructor(maxBytes: number) {
    this.#bytes = Buffer.alloc(maxBytes);
  }

  /** Whether bytes did not fit. */
  get isTooLong(): boolean {
    return this.#lost > 0;
  }

  /** Takes a byte from the terminal; false if it ends the line. */
  press(byte: number): boolean {
    switch (byte) {
      case KEY.ctrlC:
      case KEY.ctrlD:
      case KEY.enter:
      case KEY.lineFeed:
        return false;
      case KEY.backspace:
      case KEY.del:
        this.#dropCharacter();
        return true;
      case KEY.ctrlU:
        this.clear();
        return true;
      default:
        if (this.#length < this.#bytes.length) this.#bytes[this.#length++] = byte;
        else this.#lost++;
        return true;
    }
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#bytes.fill(0);
    this.#length = 0;
    this.#lost = 0;
  }

  /** Takes back the last character, which in UTF-8 may have up to four bytes. */
  #dropCharacter(): void {
    if (this.#lost > 0) {
      this.#lost--;
      return;
    }
    let isContinuation = true;
    while (isContinuation && this.#length > 0) {
      const byte = this.#bytes[--this.#length]!;
      this.#bytes[this.#length] = 0;
      isContinuation = (byte & 0xc0) === 0x80;
    }
  }
}
