import { open } from 'node:fs/promises';
import { InputError } from './input-error.js';

/**
 * Reads a UTF-8 file, without its byte order mark.
 * @throws InputError when it cannot be read, is larger than `maxBytes` or not UTF-8
 */
export async function readText(file: string, maxBytes: number): Promise<string> {
  const bytes = await readBytes(file, maxBytes + 1).catch((error: unknown) => {
    throw new InputError(describeFileError(error), { file });
  });
  if (bytes.length > maxBytes) throw new InputError(`larger than ${maxBytes} bytes`, { file });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError('not UTF-8 text', { file });
  }
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

async function readBytes(file: string, limit: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(limit);
    let length = 0;
    while (length < limit) {
      const { bytesRead } = await handle.read(buffer, length, limit - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}
