import { copyFile, lstat, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openExistingStore } from './open-store.js';
import { StoreError } from './store-error.js';

/**
 * Makes a store of a copy of one, such as a backup, which stays as it is; one of an older version is brought up to
 * date.
 * @throws StoreError where there is a store already, and where the copy is none or is damaged: then none is made
 */
export async function restoreStore(copy: string, path: string): Promise<void> {
  for (const file of [path, `${path}-wal`]) {
    if (await lstat(file).catch(() => null))
      throw new StoreError(`${file} exists already: move it away, or name another with --store`);
  }
  const found = await stat(copy).catch(() => null);
  if (!found?.isFile()) throw new StoreError(found ? `${copy} is not a file` : `there is no file ${copy}`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const directory = await mkdtemp(join(dirname(path), '.restore-'));
  const own = join(directory, 'store.sqlite');
  try {
    await copyFile(copy, own);
    // Beside a store that `backup` did not make lies the log with what was written last.
    await copyFile(`${copy}-wal`, `${own}-wal`).catch(() => undefined);
    const store = await openExistingStore(own);
    try {
      const [problem] = await store.check();
      if (problem !== undefined) throw new StoreError(`${copy} is damaged: ${problem}`);
      await store.backup(path);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new StoreError(error.message.replaceAll(own, copy), { cause: error });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
