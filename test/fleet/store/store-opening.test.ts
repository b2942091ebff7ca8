import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MIGRATIONS } from '../../../src/fleet/store/migrate.js';
import { openExistingStore, openStore } from '../../../src/fleet/store/open-store.js';
import { SqliteConnection } from '../../../src/fleet/store/sqlite-connection.js';
import { StoreError } from '../../../src/fleet/store/store-error.js';
import { beginSweep, createStores } from './store-fixtures.js';

const stores = createStores();

/** Changes a database behind the store's back. */
async function tamper(path: string, sql: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const connection = new SqliteConnection(path);
  connection.execute(sql);
  await connection.close();
}

async function openingError(path: string): Promise<string> {
  const error: unknown = await openStore(path).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return (error as StoreError).message;
}

test('a store and its directory are for the owner alone, its other files too', async () => {
  const path = stores.newPath();
  await beginSweep(await stores.open(path), ['a']);
  const mode = (file: string) => statSync(file).mode & 0o777;
  expect(mode(dirname(path))).toBe(0o700);
  expect([path, `${path}-wal`, `${path}-shm`].map(mode)).toEqual([0o600, 0o600, 0o600]);
});

test('a store that is there is opened again; one that is not is made only when asked', async () => {
  const path = stores.newPath();
  await expect(openExistingStore(path)).rejects.toThrow(`there is no store at ${path}`);
  expect(existsSync(dirname(path))).toBe(false);
  const store = await openStore(path);
  await beginSweep(store, ['a']);
  await store.close();
  const again = await openExistingStore(path);
  expect(await again.listSweeps(9)).toHaveLength(1);
  await again.close();
});

test('an empty file becomes a store', async () => {
  const path = stores.newPath();
  mkdirSync(dirname(path));
  writeFileSync(path, '');
  chmodSync(path, 0o644);
  expect((await (await stores.open(path)).info()).version).toBe(MIGRATIONS.length);
  expect([path, `${path}-wal`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
});

test('the mode of a store that is there stays', async () => {
  const path = stores.newPath();
  await (await openStore(path)).close();
  chmodSync(path, 0o640);
  await (await openStore(path)).close();
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

describe('what is refused, and left as it is', () => {
  test.each([
    ['a text', Buffer.from('id,name\n'.repeat(1_000)), 'is not a store'],
    ['random bytes', Buffer.from(Array.from({ length: 9_000 }, (_, index) => (index * 97) & 0xff)), 'is not a store'],
  ])('%s', async (_what, content, message) => {
    const path = stores.newPath();
    mkdirSync(dirname(path));
    writeFileSync(path, content);
    expect(await openingError(path)).toBe(`${path} ${message}: name another file`);
    expect(readFileSync(path)).toEqual(content);
  });

  test.each([
    ['by its mark', 'pragma application_id = 1'],
    ['by its version', 'pragma user_version = 3'],
    ['by its tables', 'create table notes (text)'],
  ])("another program's database, known %s", async (_how, sql) => {
    const path = stores.newPath();
    await tamper(path, sql);
    const before = readFileSync(path);
    expect(await openingError(path)).toBe(`${path} is a database of another program: name another file`);
    expect(readFileSync(path)).toEqual(before);
  });

  test('a store of a newer version', async () => {
    const path = stores.newPath();
    await (await stores.open(path)).close();
    await tamper(path, 'pragma user_version = 99');
    expect(await openingError(path)).toMatch(
      /was written by a newer version of sallyport \(.*99.*\): update sallyport/,
    );
  });

  test('a directory, and a place below a file', async () => {
    expect(await openingError(stores.directory)).toBe(
      `${stores.directory} is not a file, so it cannot be a store: name another`,
    );
    const path = stores.newPath();
    mkdirSync(dirname(path));
    writeFileSync(path, '');
    expect(await openingError(`${path}/store.sqlite`)).toMatch(/cannot be opened \((?:ENOTDIR|EEXIST)\)$/);
  });
});

test('a pipe is refused, and no one waits for its other end', async () => {
  const path = stores.newPath();
  mkdirSync(dirname(path));
  execFileSync('mkfifo', [path]);
  for (const open of [openStore, openExistingStore]) {
    await expect(open(path)).rejects.toThrow(`${path} is not a file, so it cannot be a store: name another`);
  }
  expect(statSync(path).isFIFO()).toBe(true);
});

test('a damaged header is told when the store is opened', async () => {
  const path = stores.newPath();
  await (await stores.open(path)).close();
  const content = readFileSync(path);
  content.fill(0x5a, 100, 2_000);
  writeFileSync(path, content);
  appendFileSync(path, 'x');
  expect(await openingError(path)).toBe(`${path} is damaged: restore a backup`);
});
