import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { appendSignature, type Signing } from '../../src/evidence/sign-document.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import { SqliteConnection } from '../../src/fleet/store/sqlite-connection.js';
import { beginSweep, named, reportAt, storeLook } from '../fleet/store/store-fixtures.js';
import { page, signing } from '../evidence/signing.js';
import { createFiles, runHere, sallyport } from './run.js';

const files = createFiles();
const filled = join(files.directory, 'filled.sqlite');

beforeAll(async () => {
  const store = await openStore(filled);
  const today = Date.now();
  for (const age of [500, 300, 1]) {
    const at = new Date(today - age * 86_400_000);
    const { id } = await beginSweep(store, ['a'], at);
    await storeLook(store, id, 'a', reportAt('203.0.113.9', at, named(`${age} days`)));
    await store.finishSweep(id, 'finished', at);
  }
  await store.close();
});

const SOUND = 'no damage found; 3 records of 1 client chained as they were stored';

/** A copy of the filled store. */
function copy(name: string): string {
  const path = join(files.directory, name);
  copyFileSync(filled, path);
  return path;
}

test('info tells where the store is and what is in it', async () => {
  const path = copy('info.sqlite');
  const { code, stdout, stderr } = await sallyport(['store', 'info', '--store', path]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`file          ${path}\n`);
  expect(stdout).toMatch(/^size {10}\d+ kB$/m);
  expect(stdout).toMatch(/^clients {7}1, with 1 address$/m);
  expect(stdout).toMatch(/^checks {8}3, with 3 different reports$/m);
  expect(stdout).toMatch(/^chained {7}3 records of 1 client$/m);
  expect(stdout).toMatch(/^chains end {4}[0-9a-f]{64}$/m);
  expect(stdout).toMatch(/^oldest check {2}20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$/m);
});

test('the store is found by SALLYPORT_STORE', async () => {
  const path = copy('env.sqlite');
  const { code, stdout } = await sallyport(['store', 'check'], { env: { SALLYPORT_STORE: path } });
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${path}: ${SOUND}\n` });
});

test.each([['info'], ['check'], ['prune', '--keep', '1'], ['backup', 'copy.sqlite']])(
  'store %s makes no store where there is none',
  async (...args) => {
    const path = join(files.directory, 'none', 'store.sqlite');
    const { code, stdout, stderr } = await runHere(['store', ...args, '--store', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`sallyport: there is no store at ${path}\n`);
    expect(existsSync(path)).toBe(false);
  },
);

describe('check', () => {
  test('ends with 1 and a line for each problem where there is damage', async () => {
    const path = copy('damaged.sqlite');
    const connection = new SqliteConnection(path);
    connection.execute("update reports set body = x'00' where id < 3");
    await connection.close();
    const { code, stdout, stderr } = await runHere(['store', 'check', '--store', path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      'sallyport: report 1: a report is stored in the unknown format 0',
      'sallyport: report 2: a report is stored in the unknown format 0',
      '',
    ]);
  });

  test('ends with 1 where a record was altered', async () => {
    const path = copy('altered.sqlite');
    const connection = new SqliteConnection(path);
    connection.execute("update results set verdict = 'violation' where id = 2");
    await connection.close();
    const { code, stdout, stderr } = await runHere(['store', 'check', '--store', path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^sallyport: client a: the check of \S+Z \(203\.0\.113\.9\) was altered\n$/);
  });

  test('against a signed report, tells whether its client is still chained as it was', async () => {
    const path = copy('against.sqlite');
    const open = await openStore(path);
    const chain = await open.readChainHead('a');
    await open.close();
    const sign = (name: string, change: Partial<Signing>) =>
      files.write(name, appendSignature(page, 'html', { ...signing, chain, ...change }).toString());
    const report = sign('signed.html', {});
    const check = (...reports: string[]) =>
      runHere(['store', 'check', '--store', path, ...reports.flatMap((file) => ['--against', file])]);
    expect(await check(report)).toEqual({
      code: 0,
      stdout: `${path}: ${SOUND}\n${report}: record 3 of a is in the store, as it was when the report was signed\n`,
      stderr: '',
    });
    const other = sign('other.html', { chain: { client: 'a', length: 2, head: 'ab'.repeat(32) } });
    const missing = sign('missing.html', { chain: { client: 'a', length: 4, head: 'ab'.repeat(32) } });
    const both = await check(report, other, missing);
    expect(both.code).toBe(1);
    expect(both.stderr).toContain(`${other}: record 2 of a is another one than when the report was signed`);
    expect(both.stderr).toContain(`${missing}: record 4 of a is not in the store`);
    const register = { length: 1, head: 'ab'.repeat(32) };
    const unlisted = await check(sign('unlisted.html', { chain: { ...chain!, register } }));
    expect(unlisted.code).toBe(1);
    expect(unlisted.stderr).toContain('unlisted.html: entry 1 of the register of clients is another one than when');
    const pruned = sign('pruned.html', { chain: { client: 'a', length: 1, head: 'ab'.repeat(32) } });
    await runHere(['store', 'prune', '--keep', '1', '--store', path]);
    expect(await check(pruned)).toMatchObject({ code: 3 });
    const unchained = sign('unchained.html', { chain: null });
    for (const file of [unchained, files.write('unsigned.html', '<p>\n'), files.write('altered.html', `${report}x`)])
      expect((await check(file)).code).toBe(2);
  });

  test('tells in one line that a file is no store', async () => {
    const path = files.write('notes.txt', 'These are notes. '.repeat(100));
    const { code, stderr } = await runHere(['store', 'check', '--store', path]);
    expect(code).toBe(2);
    expect(stderr).toBe(`sallyport: ${path} is not a store: name another file\n`);
  });
});

describe('prune', () => {
  test.each([
    [['--older-than', '400d'], 1],
    [['--keep', '1'], 2],
    [['--older-than', '400d', '--keep', '2'], 1],
    [['--older-than', '1s'], 2],
  ])('%j deletes %i results', async (flags, count) => {
    const path = copy(`prune-${flags.join('')}.sqlite`);
    const { code, stdout } = await runHere(['store', 'prune', ...flags, '--store', path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^deleted: ${count} results, ${count} reports, 0 changes, 0 messages, \\d sweeps, 0 site reports, 0 invited checks\n$`,
      ),
    );
    const store = await openStore(path);
    expect(await store.listHistory('a', 9)).toHaveLength(3 - count);
    await store.close();
  });

  test.each([
    [[], 'name what to delete: --older-than, --keep, or both'],
    [['--older-than', 'long'], '--older-than: expected a time with its unit (s, m, h or d), such as 400d'],
    [['--older-than', '400'], '--older-than: expected a time with its unit (s, m, h or d), such as 400d'],
    [['--keep', '0'], '--keep: expected a whole number, at least 1'],
    [['--keep', 'all'], '--keep: expected a whole number, at least 1'],
    [['--keep', '1.5'], '--keep: expected a whole number, at least 1'],
  ])('%j deletes nothing and says why', async (flags, message) => {
    const before = readFileSync(filled);
    const { code, stderr } = await runHere(['store', 'prune', ...flags, '--store', filled]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `sallyport: ${message}\n` });
    expect(readFileSync(filled)).toEqual(before);
  });
});

test('backup makes a copy, and overwrites nothing', async () => {
  const path = copy('original.sqlite');
  const file = join(files.directory, 'backup.sqlite');
  const args = ['store', 'backup', file, '--store', path];
  expect(await runHere(args)).toEqual({ code: 0, stdout: `${path}: copied to ${file}\n`, stderr: '' });
  expect(await runHere(args)).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: `sallyport: ${file} exists already: name a new file\n`,
  });
  const store = await openStore(file);
  expect(await store.listHistory('a', 9)).toHaveLength(3);
  await store.close();
});

test('store alone says what there is', async () => {
  const { code, stderr } = await runHere(['store']);
  expect(code).toBe(2);
  expect(stderr).toContain('name what to do: sallyport store info, check, prune, backup, restore or copy');
});

describe('copy', () => {
  test('makes a store that is equal, and none where there is a history', async () => {
    const [from, to] = [copy('from.sqlite'), join(files.directory, 'copied', 'to.sqlite')];
    const { code, stdout, stderr } = await sallyport(['store', 'copy', from, to]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^${to}: \\d+ rows of \\d+ tables copied, and equal \\([0-9a-f]{64}\\)\n$`));
    expect((await runHere(['store', 'check', '--store', to])).stdout).toBe(`${to}: ${SOUND}\n`);
    const again = await runHere(['store', 'copy', from, to]);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toBe(`sallyport: ${to} holds a history already: name a store that is empty, or new\n`);
    expect((await runHere(['store', 'copy', join(files.directory, 'gone'), to])).stderr).toContain('there is no store');
  });

  test.each([
    ['a password in an argument', 'postgres://u:sesame@127.0.0.1:1/d', 'a password in an argument is seen by everyone'],
    ['a connection that proves nothing', 'postgres://db.example/d?sslmode=require', 'sslmode=require does not prove'],
    ['a server that is away', 'postgres://127.0.0.1:1/d', 'cannot be reached: nothing answers there'],
  ])('refuses %s', async (_what, url, told) => {
    const { code, stdout, stderr } = await runHere(['store', 'copy', copy('here.sqlite'), url]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(told);
    expect(stderr).not.toContain('sesame');
  });
});

describe('restore', () => {
  const restore = (file: string, path: string) => runHere(['store', 'restore', file, '--store', path]);

  test('makes a store of a backup, which stays as it is, for the owner only', async () => {
    const backup = join(files.directory, 'to-restore.sqlite');
    await runHere(['store', 'backup', backup, '--store', copy('live.sqlite')]);
    const before = readFileSync(backup);
    const path = join(files.directory, 'new', 'store.sqlite');
    expect(await restore(backup, path)).toEqual({ code: 0, stdout: `${path}: restored from ${backup}\n`, stderr: '' });
    expect(readdirSync(join(files.directory, 'new'))).toEqual(['store.sqlite']);
    const store = await openStore(path);
    expect(await store.listHistory('a', 9)).toHaveLength(3);
    await store.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(backup)).toEqual(before);
  });

  test('takes what a store has only in its log', async () => {
    const path = copy('in-use.sqlite');
    const store = await openStore(path);
    const at = new Date();
    const { id } = await beginSweep(store, ['b'], at);
    await storeLook(store, id, 'b', reportAt('203.0.113.8', at, named('new')));
    const restored = join(files.directory, 'from-log.sqlite');
    expect((await restore(path, restored)).code).toBe(0);
    await store.close();
    const second = await openStore(restored);
    expect(await second.listHistory('b', 9)).toHaveLength(1);
    await second.close();
  });

  test('overwrites nothing', async () => {
    const path = copy('there.sqlite');
    const { code, stderr } = await restore(filled, path);
    const problem = `${path} exists already: move it away, or name another with --store`;
    expect({ code, stderr }).toEqual({ code: 2, stderr: `sallyport: ${problem}\n` });
  });

  test.each([
    ['is missing', () => join(files.directory, 'missing.sqlite'), 'there is no file'],
    ['is a directory', () => files.directory, 'is not a file'],
    ['is no store', () => files.write('letter.txt', 'Dear all, '.repeat(500)), 'letter.txt is not a store'],
    [
      'is damaged',
      () => {
        const path = copy('broken.sqlite');
        const connection = new SqliteConnection(path);
        connection.execute("update reports set body = x'00' where id = 1");
        void connection.close();
        return path;
      },
      'broken.sqlite is damaged: report 1',
    ],
  ])('refuses what %s, and makes no store', async (_, make, message) => {
    const path = join(files.directory, 'refused', 'store.sqlite');
    const { code, stderr } = await restore(make(), path);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('.restore-');
    expect(existsSync(path)).toBe(false);
  });
});
