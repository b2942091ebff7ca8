import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { answer, see, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const store = join(directory, 'history.sqlite');
const acme = client('acme');

const closed = survey(site());
const webPro = survey(site(answer('tcp/80', 'nec-webpro', { label: 'NEC WebPro \u001b[2J' })));
await addSweep(store, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: closed }]);
await addSweep(store, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: webPro }]);
await addSweep(store, '2026-11-03T03:00:00.000Z', [{ client: acme, survey: closed }]);

describe('history', () => {
  test('tells the looks, newest first, and what changed between them', async () => {
    const { code, stdout, stderr } = await runHere(['history', 'acme', '--store', store]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const heads = stdout.split('\n').filter((line) => line.startsWith('2026'));
    expect(heads).toEqual([
      '2026-11-03 03:00:00 UTC  ✔ COMPLIANT     203.0.113.7  sweep 3',
      '2026-11-02 03:00:00 UTC  ✖ VIOLATION     203.0.113.7  sweep 2',
      '2026-11-01 03:00:00 UTC  ✔ COMPLIANT     203.0.113.7  sweep 1',
    ]);
    expect(stdout).toMatch(/VIOLATION[^]*CRITICAL {2}exposed +tcp\/80 {5}/);
    expect(stdout.indexOf('resolved')).toBeLessThan(stdout.indexOf('exposed '));
  });

  test('says once what several looks of an address have to say', async () => {
    const path = join(directory, 'same.sqlite');
    const blurred = { client: acme, survey: survey(site(see('tcp/80', 'error'))) };
    for (const day of ['01', '02']) await addSweep(path, `2026-11-${day}T03:00:00.000Z`, [blurred]);
    const { stdout } = await runHere(['history', 'acme', '--store', path]);
    expect(stdout.split('\n').filter((line) => line.startsWith('  '))).toEqual([
      '  Inconclusive: the state of tcp/80 is not known.',
      '  The same.',
    ]);
  });

  test('tells no more than it is asked for', async () => {
    const { stdout } = await runHere(['history', 'acme', '--limit', '1', '--store', store]);
    expect(stdout).toContain('sweep 3');
    expect(stdout).not.toContain('sweep 2');
  });

  test('is JSON too', async () => {
    const { stdout } = await runHere(['history', 'acme', '--format', 'json', '--store', store]);
    const looks = JSON.parse(stdout) as { sweepId: number; verdict: string; changes: { kind: string }[] }[];
    expect(looks.map(({ sweepId, verdict }) => [sweepId, verdict])).toEqual([
      [3, 'compliant'],
      [2, 'violation'],
      [1, 'compliant'],
    ]);
    expect(looks[1]?.changes.map(({ kind }) => kind)).toContain('exposed');
    expect(looks[2]?.changes).toEqual([]);
  });

  test.each([
    [['acmee'], 'the store has no client "acmee" (did you mean "acme"?)'],
    [['acme', '--limit', '0'], '--limit'],
    [['acme', '--limit', 'x'], '--limit'],
    [['acme', '--store', store], '--store: expected one value, not 2'],
    [[], 'client is missing; see sallyport history --help'],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await runHere(['history', ...args, '--store', store]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('makes no store where there is none', async () => {
    const { code, stderr } = await runHere(['history', 'acme', '--store', join(directory, 'none.sqlite')]);
    expect(code).toBe(2);
    expect(stderr).not.toContain('internal error');
  });
});

test('no look is lost among those of other addresses of a client', async () => {
  const other = join(directory, 'slots.sqlite');
  const two = survey(site(see('tcp/8000', 'open')));
  await addSweep(other, '2026-11-01T03:00:00.000Z', [
    { client: acme, survey: closed },
    { client: acme, survey: two, slot: '203.0.113.8' },
  ]);
  const { stdout } = await runHere(['history', 'acme', '--format', 'json', '--store', other]);
  const looks = JSON.parse(stdout) as { slot: string; changes: unknown[] }[];
  expect(looks.map(({ slot, changes }) => [slot, changes.length > 0]).sort()).toEqual([
    ['203.0.113.7', false],
    ['203.0.113.8', true],
  ]);
});
