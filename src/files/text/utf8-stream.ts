import { isUtf8 } from 'node:buffer';
import { InputError, type InputPlace } from './input-error.js';
import { quoteInput } from '../../words/input.js';

/** An encoding other than UTF-8 in which a file was written. */
type Encoding = 'UTF-16LE' | 'UTF-16BE' | 'Windows-1252';

/** Takes in which other encoding than UTF-8 a file was read, in words. */
export type EncodingNote = (place: InputPlace, note: string) => void;

/** As much of zero bytes and Ctrl-Z is held back, in case nothing else follows, bytes. */
const MAX_PADDING = 1 << 20;

/** What Windows-1252 has at 0x80 to 0x9f; the five that it lacks stay control characters, which are refused later. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/**
 * Turns the bytes of a text file into UTF-8, chunk by chunk. What old spreadsheets and PowerShell write is understood:
 * UTF-16 with a byte order mark or recognisable without, and Windows-1252 where the first character beyond ASCII is not
 * UTF-8; then it is noted once which encoding was read. Zero bytes and Ctrl-Z at the end of the file are left out.
 *
 * @throws InputError where a file that began as UTF-8 or UTF-16 goes on as something else
 */
export async function* readUtf8(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  file: string,
  onNote: EncodingNote = () => {},
): AsyncGenerator<Buffer> {
  yield* dropPadding(decode(chunks, file, onNote));
}

async function* decode(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  file: string,
  onNote: EncodingNote,
): AsyncGenerator<Buffer> {
  let decoder: Decoder | null = null;
  let held: Buffer = Buffer.alloc(0);
  for await (const given of chunks) {
    const chunk = Buffer.concat([held, Buffer.from(given as string)]);
    held = Buffer.alloc(0);
    if (decoder === null) {
      // Two bytes tell a byte order mark, four tell UTF-16 without one.
      if (chunk.length < 4) {
        held = chunk;
        continue;
      }
      decoder = chooseDecoder(chunk, file, onNote);
    }
    const text = decoder.decode(chunk);
    if (text.length > 0) yield text;
  }
  decoder ??= chooseDecoder(held, file, onNote);
  const last = Buffer.concat([decoder.decode(held), decoder.end()]);
  if (last.length > 0) yield last;
}

/** Takes bytes of a file and gives UTF-8. */
interface Decoder {
  decode(bytes: Buffer): Buffer;
  end(): Buffer;
}

function chooseDecoder(head: Buffer, file: string, onNote: EncodingNote): Decoder {
  const wide = findUtf16(head);
  return wide ? decodeUtf16(wide, file, onNote) : decodeNarrow(file, onNote);
}

/** UTF-16 by its byte order mark, or by zeros in every other of the first bytes, as ASCII has them there. */
function findUtf16(head: Buffer): 'UTF-16LE' | 'UTF-16BE' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'UTF-16LE';
  if (head[0] === 0xfe && head[1] === 0xff) return 'UTF-16BE';
  const zeros = [0, 1, 2, 3].map((index) => head[index] === 0).join();
  if (zeros === 'false,true,false,true') return 'UTF-16LE';
  return zeros === 'true,false,true,false' ? 'UTF-16BE' : null;
}

function decodeUtf16(encoding: 'UTF-16LE' | 'UTF-16BE', file: string, onNote: EncodingNote): Decoder {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const read = (bytes?: Buffer) => {
    try {
      return Buffer.from(decoder.decode(bytes, { stream: bytes !== undefined }));
    } catch {
      throw new InputError(`begins as ${encoding}, but is not; save it as UTF-8`, { file });
    }
  };
  onNote({ file }, describeEncoding(encoding));
  return { decode: read, end: () => read() };
}

function describeEncoding(encoding: Encoding, sample?: string): string {
  const shown = sample === undefined ? '' : `; check that ${quoteInput(sample)} is right`;
  return `is not UTF-8: read as ${encoding}${shown}`;
}

/** UTF-8, or Windows-1252 if the first character beyond ASCII is not UTF-8. */
function decodeNarrow(file: string, onNote: EncodingNote): Decoder {
  let kind: 'ascii' | 'utf8' | 'windows' = 'ascii';
  let line = 1;
  let held: Buffer = Buffer.alloc(0);
  const decodeWhole = (bytes: Buffer): Buffer => {
    if (kind === 'windows') return fromWindows1252(bytes);
    if (isUtf8(bytes)) {
      if (kind === 'ascii' && bytes.some((byte) => byte > 0x7f)) kind = 'utf8';
      line += countLines(bytes, bytes.length);
      return bytes;
    }
    const bad = findBadLine(bytes);
    if (kind === 'utf8' || bytes.subarray(0, bad.start).some((byte) => byte > 0x7f)) {
      line += countLines(bytes, bad.start);
      throw new InputError('is not UTF-8 from here on; save it as UTF-8, in spreadsheets "CSV UTF-8"', { file, line });
    }
    kind = 'windows';
    onNote({ file }, describeEncoding('Windows-1252', findWord(bytes.subarray(bad.start))));
    return fromWindows1252(bytes);
  };
  return {
    decode(bytes) {
      const all = held.length > 0 ? Buffer.concat([held, bytes]) : bytes;
      const cut = kind === 'windows' ? all.length : all.length - countUnfinished(all);
      held = all.subarray(cut);
      return decodeWhole(all.subarray(0, cut));
    },
    end: () => decodeWhole(held),
  };
}

/** Bytes at the end that may be the beginning of a character of UTF-8: at most three. */
function countUnfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

function countLines(bytes: Buffer, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

/** The first line that is not UTF-8. */
function findBadLine(bytes: Buffer): { readonly start: number } {
  for (let start = 0; ;) {
    const end = bytes.indexOf(10, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return { start };
    start = end + 1;
  }
}

/** The first word beyond ASCII, for a person to check. */
function findWord(bytes: Buffer): string | undefined {
  return /[^\s,;"]*[^\p{ASCII}][^\s,;"]*/u.exec(fromWindows1252(bytes.subarray(0, 65_536)).toString())?.[0];
}

function fromWindows1252(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80]!);
  return Buffer.from(text);
}

/** Leaves out zero bytes and Ctrl-Z at the end, with which old programs fill up or end a file. */
async function* dropPadding(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let end = chunk.length;
    while (end > 0 && (chunk[end - 1] === 0 || chunk[end - 1] === 0x1a)) end--;
    if (end === 0) {
      held = Buffer.concat([held, chunk]);
      if (held.length <= MAX_PADDING) continue;
      yield held;
      held = Buffer.alloc(0);
      continue;
    }
    if (held.length > 0) yield held;
    yield end === chunk.length ? chunk : chunk.subarray(0, end);
    held = chunk.subarray(end);
  }
}
