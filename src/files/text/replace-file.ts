import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { InputError } from './input-error.js';
import { describeFileError } from './read-text.js';

/**
 * Replaces a file as a whole, so that no one ever reads half of it; owner and mode stay, and where the path is a link, so
 * does the link. The new file, under a name of its own until then, keeps a second change out.
 * @param create whether a file that is not there is made, for its owner only
 * @param edit gives the new content, or null if all stays; it is given the path of the file itself, and whether it is there
 * @throws InputError where it cannot be read or written, and what `edit` throws
 */
export async function replaceFile(
  file: string,
  create: boolean,
  edit: (target: string, isThere: boolean) => Promise<string | null>,
): Promise<void> {
  const target = await realpath(file).catch((error: NodeJS.ErrnoException) => {
    if (create && error.code === 'ENOENT') return file;
    throw new InputError(describeFileError(error), { file });
  });
  const beside = `${target}.new`;
  const handle = await open(beside, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(describeWriteError(error, beside), { file });
  });
  try {
    const there = await stat(target).catch(() => null);
    const text = await edit(target, there !== null);
    if (text === null) return await rm(beside);
    await handle.writeFile(text);
    if (there) {
      const own = await handle.stat();
      if (own.uid !== there.uid || own.gid !== there.gid) await handle.chown(there.uid, there.gid);
      await handle.chmod(there.mode & 0o777);
    }
    await handle.sync();
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    if (error instanceof InputError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new InputError(describeWriteError(error as NodeJS.ErrnoException, beside), { file });
  } finally {
    await handle.close();
  }
}

function describeWriteError({ code, message }: NodeJS.ErrnoException, beside: string): string {
  const known: Record<string, string> = {
    EEXIST: `is being changed; if that was cut off, delete ${beside}`,
    ENOENT: 'no such directory',
    EACCES: 'cannot be written: permission denied',
    EPERM: 'cannot be written: its owner cannot be kept; change it as its owner or as root',
    ENOSPC: 'cannot be written: no space left',
  };
  return known[code ?? ''] ?? `cannot be written: ${message}`;
}
