import { open } from 'node:fs/promises';

/** More than a host's own tables have. A router's whole internet table is longer; its default route comes first. */
const MAX_BYTES = 1 << 20;

/**
 * Reads the beginning of a file of the Linux kernel's.
 * @throws the system's error: ENOENT, EACCES …
 */
export async function readProc(file: `/proc/${string}`): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    let length = 0;
    // The kernel gives a page at a time, and nothing at the end.
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.toString('latin1', 0, length);
    }
  } finally {
    await handle.close();
  }
}
