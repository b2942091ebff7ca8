import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import { listRoster } from '../../src/fleet/sweep/roster.js';
import { answer, see, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const store = join(directory, 'changes.sqlite');
const [acme, beta] = [client('acme', { group: 'north' }), client('beta', { group: 'south' })];

const closed = survey(site());
const open = survey(site(answer('tcp/80', 'nec-webpro'), answer('tcp/8000', 'other')));
const looks = (...surveys: (typeof closed)[]) =>
  [acme, beta].map((one, index) => ({ client: one, survey: surveys[index]! }));
await addSweep(store, '2026-11-01T03:00:00.000Z', looks(closed, closed));
await addSweep(store, '2026-11-02T03:00:00.000Z', looks(open, closed));
await addSweep(store, '2026-11-03T03:00:00.000Z', looks(closed, open));

const run = (command: string, ...args: string[]) => runHere([command, ...args, '--store', store]);
const changes = (...args: string[]) => run('changes', '--since', '2026-11-01', '--until', '2026-11-03', ...args);

async function readSpan(): Promise<{ since: string; until: string }> {
  const { stdout } = await run('changes');
  const [, since = '', until = ''] = /, (\S+ \d\d:\d\d) to (\S+ \d\d:\d\d) UTC/.exec(stdout) ?? [];
  return { since, until };
}

interface Told {
  readonly kind: string;
  readonly clientId: string;
  readonly at: string;
}

describe('changes', () => {
  test('tells what changed at all clients, the newest first, with its look above it and counts at the end', async () => {
    const { code, stdout, stderr } = await changes();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter((line) => line.startsWith('2026'))).toEqual([
      '2026-11-03 03:00:00 UTC  acme  203.0.113.7  acme Ltd  sweep 3',
      '2026-11-03 03:00:00 UTC  beta  203.0.113.7  beta Ltd  sweep 3',
      '2026-11-02 03:00:00 UTC  acme  203.0.113.7  acme Ltd  sweep 2',
    ]);
    expect(stdout).toMatch(/ {2}CRITICAL {2}exposed +tcp\/80 {5}/);
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      '6 changes at 2 clients, 2026-11-01 00:00 to 2026-11-03 23:59 UTC: 4 exposed, 2',
      '  resolved',
    ]);
  });

  test.each<[string[], [string, string][]]>([
    [['--group', 'north', '--kind', 'exposed'], Array(2).fill(['acme', 'exposed'])],
    [['--kind', 'resolved'], Array(2).fill(['acme', 'resolved'])],
    [['--since', '2026-11-03', '--group', 'south'], Array(2).fill(['beta', 'exposed'])],
    [['--until', '2026-11-01'], []],
    [['--kind', 'lost-sight'], []],
  ])('%j chooses', async (args, expected) => {
    const last = ['since', 'until'].flatMap((name) =>
      args.includes(`--${name}`) ? [] : [`--${name}`, { since: '2026-11-01', until: '2026-11-03' }[name]!],
    );
    const { stdout } = await run('changes', ...last, ...args, '--format', 'json');
    expect((JSON.parse(stdout) as Told[]).map(({ clientId, kind }) => [clientId, kind])).toEqual(expected);
  });

  test('says where nothing changed', async () => {
    const { code, stdout } = await run('changes', '--since', '2026-11-01', '--until', '2026-11-01');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'Nothing changed, 2026-11-01 00:00 to 2026-11-01 23:59 UTC\n',
    });
  });

  test('gives no all-clear for a time, or a group, that nothing was checked in', async () => {
    const unchecked = await run('changes', '--since', '2026-10-01', '--until', '2026-10-31');
    const unknown =
      'No check is in the store, 2026-10-01 00:00 to 2026-10-31 23:59 UTC: what\n  changed is not known\n';
    expect(unchecked).toMatchObject({ code: 0, stdout: unknown });
    const path = join(directory, 'groups.sqlite');
    await addSweep(path, '2026-11-01T03:00:00.000Z', looks(closed, closed));
    await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: closed }]);
    const told = async (group: string) => {
      const span = ['--since', '2026-11-02', '--until', '2026-11-02'];
      return (await runHere(['changes', ...span, '--group', group, '--store', path])).stdout;
    };
    expect(await told('north')).toMatch(/^Nothing changed, /);
    expect(await told('south')).toMatch(/^No check is in the store, /);
  });

  test('gives no all-clear where only some addresses were checked, or came to a verdict', async () => {
    const path = join(directory, 'partly.sqlite');
    await addSweep(path, '2026-11-01T03:00:00.000Z', looks(closed, closed));
    await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: closed }]);
    const blurred = survey(site(see('tcp/80', 'error')));
    await addSweep(path, '2026-11-03T03:00:00.000Z', looks(blurred, closed));
    await addSweep(path, '2026-11-04T03:00:00.000Z', [{ client: acme, survey: blurred }]);
    const told = async (since: string, until = since) =>
      (await runHere(['changes', '--since', since, '--until', until, '--store', path])).stdout.replace(/\s+/g, ' ');
    expect(await told('2026-11-01')).toMatch(/^Nothing changed, /);
    expect(await told('2026-11-02')).toMatch(
      /^Nothing changed at 1 address that was checked, .*; not known of 1 address: 1 without a check in the store $/,
    );
    expect(await told('2026-11-02', '2026-11-03')).toMatch(/ 1 change at 1 client, .*: 1 no longer determined $/);
    expect(await told('2026-11-04')).toMatch(
      /^What changed is not known, .*; not known of 2 addresses: 1 without a check in the store and 1 whose checks came to no verdict $/,
    );
  });

  test('gives none for addresses that no sweep has ever looked at', async () => {
    const path = join(directory, 'never.sqlite');
    await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: closed }]);
    const store = await openStore(path);
    const never = client('never', { group: 'south', addresses: ['203.0.113.20', '203.0.113.21'] });
    const part = { ...acme, addresses: [...acme.addresses, '203.0.113.22'] };
    const names = client('names', { group: 'south', addresses: ['pbx.example.net'] });
    await store.putRoster('/clients.yaml', listRoster([part, never, names]));
    await store.close();
    const told = async (...more: string[]) => {
      const span = ['--since', '2026-11-01', '--until', '2026-11-01'];
      return (await runHere(['changes', ...span, ...more, '--store', path])).stdout.replace(/\s+/g, ' ');
    };
    expect(await told()).toMatch(/^Nothing changed at 1 address .*; not known of 4 addresses: 4 without a check /);
    expect(await told('--group', 'north')).toMatch(/^Nothing changed at 1 address .*; not known of 1 address: /);
    expect(await told('--group', 'south')).toMatch(/^No check is in the store, /);
  });

  test('says what was deleted, and of which kinds nothing changed', async () => {
    const path = join(directory, 'deleted.sqlite');
    await addSweep(path, '2026-11-01T03:00:00.000Z', looks(open, closed));
    await addSweep(path, '2026-11-02T03:00:00.000Z', looks(open, closed));
    const told = async (...args: string[]) =>
      (await runHere(['changes', '--since', '2026-11-01', ...args, '--store', path])).stdout.replace(/\s+/g, ' ');
    expect(await told('--kind', 'resolved')).toMatch(/^No such change, /);
    await runHere(['store', 'prune', '--older-than', '1s', '--store', path]);
    expect(await told()).toMatch(
      /^Nothing changed at 2 addresses that were checked, .*; changes before 20\d\d-\d\d-\d\d \d\d:\d\d UTC were deleted by store prune $/,
    );
    const at = new Date(Date.now() + 3_600_000).toISOString();
    expect(await told('--since', at, '--until', at)).not.toContain('deleted');
  });

  test('begins a week ago where nothing else is said', async () => {
    const { since, until } = await readSpan();
    expect(Date.parse(`${until}Z`) - Date.parse(`${since}Z`)).toBe(7 * 86_400_000);
  });

  test.each([
    [['--group', 'nrth'], 'no client in the store is of a group "nrth" (did you mean "north"?)'],
    [['--since', '1w'], '"1w" is not a time: give a day such as 2026-11-20, or how long ago, such as 36h or 30d'],
    [['--since', '2026-11-20', '--until', '2026-11-10'], '--since is later than --until'],
    [['--kind', 'exposd'], '--kind'],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await run('changes', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('sweeps', () => {
  test('are listed with what they came to, the newest first', async () => {
    const { code, stdout } = await run('sweeps', '--limit', '2');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'Sweep 3  2026-11-03 03:00:00 UTC  2 clients of clients.yaml, took 0 ms\n' +
        '  1 with a violation, 1 compliant; 4 changes\n' +
        'Sweep 2  2026-11-02 03:00:00 UTC  2 clients of clients.yaml, took 0 ms\n' +
        '  1 with a violation, 1 compliant; 2 changes\n',
    );
  });

  test('tell of how many clients no result is left', async () => {
    const path = join(directory, 'pruned.sqlite');
    await addSweep(path, '2026-11-01T03:00:00.000Z', looks(open, closed));
    await addSweep(path, '2026-11-02T03:00:00.000Z', looks(open, closed));
    const list = async () => (await runHere(['sweeps', '--store', path])).stdout;
    expect(await list()).not.toContain('no result');
    await addSweep(path, '2026-11-03T03:00:00.000Z', [{ client: acme, survey: open }]);
    await runHere(['store', 'prune', '--keep', '1', '--store', path]);
    expect(await list()).toContain('1 compliant; 0 changes; no result of 1 client: not checked, or deleted since\n');
  });

  test('say which clients of the inventory were chosen', async () => {
    const path = join(directory, 'chosen.sqlite');
    const opened = await openStore(path);
    const filter = { groups: ['north', 'south'], ids: ['acme'], tags: ['gold'], limit: 5 };
    const owner = { host: 'test', pid: process.pid };
    await opened.beginSweep({ inventory: '/clients.csv', filter, owner, startedAt: new Date() }, [acme]);
    await opened.close();
    const { stdout } = await runHere(['sweeps', '--store', path]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      '1 client of clients.csv, group north, group south, client acme, tag gold, limit 5, 1 client left',
    );
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('are JSON too', async () => {
    const { stdout } = await run('sweeps', '--format', 'json');
    const sweeps = JSON.parse(stdout) as Record<string, unknown>[];
    expect(sweeps.map(({ id }) => id)).toEqual([3, 2, 1]);
    expect(sweeps[2]).toMatchObject({ verdicts: { violation: 0, inconclusive: 0, compliant: 2 }, changes: 0 });
    expect(sweeps[0]).not.toHaveProperty('owner');
  });
});
