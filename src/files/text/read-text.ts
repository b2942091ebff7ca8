import { open } from 'node:fs/promises';
import { InputError } from './input-error.js';
import { type EncodingNote, readUtf8 } from './utf8-stream.js';

/** Read at a time: most files are far smaller than they may be. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a UTF-8 file, without its byte order mark.
 * @param onNote lets other encodings be read, as {@link readUtf8} knows them, and takes in which it was
 * @throws InputError when it cannot be read, is larger than `maxBytes` or not UTF-8
 */
export async function readText(file: string, maxBytes: number, onNote?: EncodingNote): Promise<string> {
  const bytes = await readBytes(file, maxBytes);
  const utf8 = onNote ? await collect(readUtf8([bytes], file, onNote)) : bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(utf8);
  } catch {
    throw new InputError('not UTF-8 text', { file });
  }
}

/**
 * Reads a file as it is.
 * @throws InputError when it cannot be read or is larger than `maxBytes`
 */
export async function readBytes(file: string, maxBytes: number): Promise<Buffer> {
  const bytes = await readUpTo(file, maxBytes + 1).catch((error: unknown) => {
    throw new InputError(describeFileError(error), { file });
  });
  if (bytes.length > maxBytes) throw new InputError(`larger than ${maxBytes} bytes`, { file });
  return bytes;
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** Says in words why a file could not be read. */
export function describeFileError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: 'no such file',
    EISDIR: 'is a directory',
    EACCES: 'permission denied',
  };
  return known[code ?? ''] ?? `cannot be read: ${message}`;
}

async function readUpTo(file: string, limit: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const chunks: Buffer[] = [];
    for (let left = limit; left > 0; left -= chunks.at(-1)!.length) {
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.allocUnsafe(Math.min(left, CHUNK_BYTES)) });
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}
