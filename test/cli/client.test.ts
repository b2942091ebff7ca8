import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { Store } from '../../src/fleet/store/store.js';
import { answer, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
let count = 0;
let path: string;

const closed = survey(site());
const open = survey(site(answer('tcp/80', 'nec-webpro')));

beforeEach(async () => {
  path = join(directory, `${++count}.sqlite`);
  const [acme, beta] = [client('acme', { addresses: ['203.0.113.7', '203.0.113.8'] }), client('beta')];
  await addSweep(path, '2026-11-01T03:00:00.000Z', [
    { client: acme, survey: closed },
    { client: acme, survey: closed, slot: '203.0.113.8' },
    { client: beta, survey: closed },
  ]);
  await addSweep(path, '2026-11-02T03:00:00.000Z', [
    { client: acme, survey: open },
    { client: beta, survey: open },
  ]);
  await withStore(async (store) => {
    const waiver = {
      clientId: 'acme',
      rule: 'admin-interface-reachable',
      endpoint: null,
      severity: null,
      identity: null,
    };
    const granted = { by: 'me', reason: 'test', until: '2099-01-01', grantedAt: '2026-11-02T04:00:00.000Z' };
    await store.addWaiver({ ...waiver, ...granted });
  });
});

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(path);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** All that the store tells of a client. */
const read = (id: string) =>
  withStore(async (store) => {
    const listed: string[] = [];
    for await (const { client: one, slot } of store.readClientStates()) if (one.id === id) listed.push(slot);
    const when = { now: new Date(), staleBefore: new Date(0) };
    const { bad } = await store.fleet.listPlaces(when, (state) => state);
    for await (const page of store.readPlaces(bad))
      for (const { client: one, slot, state } of page) if (one.id === id && !state) listed.push(`${slot}?`);
    return {
      listed: listed.sort(),
      history: (await store.listHistory(id, 9)).length,
      changes: (await store.listChanges({ clientId: id })).length,
      waivers: (await store.listWaivers(id)).length,
      damage: await store.check(),
    };
  });

const run = (...args: string[]) => runHere(['client', ...args, '--store', path]);
const ALL = { listed: ['203.0.113.7', '203.0.113.8'], history: 3, changes: 1, waivers: 1, damage: [] };
const NOTHING = { listed: [], history: 0, changes: 0, waivers: 0, damage: [] };
const HELD = '3 checks, 1 change, 1 waiver, 0 answers to checklists, 0 site reports, 0 checks from the site';

describe('forget', () => {
  test('deletes all of one client, and nothing of others', async () => {
    const others = await read('beta');
    expect(await run('forget', 'acme')).toEqual({ code: 0, stdout: `deleted of acme: ${HELD}\n`, stderr: '' });
    expect(await read('acme')).toEqual(NOTHING);
    expect(await read('beta')).toEqual(others);
    expect((await run('forget', 'acme')).code).toBe(2);
  });

  test('with --dry-run says what it would delete', async () => {
    const { stdout } = await run('forget', 'acme', '--dry-run');
    expect(stdout).toBe(`nothing was done; without --dry-run: deleted of acme: ${HELD}\n`);
    expect(await read('acme')).toEqual(ALL);
  });
});

describe('rename', () => {
  test('carries everything along', async () => {
    expect((await run('rename', 'acme', 'acme-north')).stdout).toBe(`acme becomes acme-north, with ${HELD}\n`);
    expect(await read('acme-north')).toEqual(ALL);
    expect(await read('acme')).toEqual(NOTHING);
    const cards = await withStore(async (store) => {
      const ids: string[] = [];
      for await (const { client: one } of store.readClientStates()) ids.push(one.id);
      return new Set(ids);
    });
    expect(cards).toEqual(new Set(['acme-north', 'beta']));
  });

  test('carries along which reports were handed over', async () => {
    const [before, later] = ['2026-11-05T00:00:00.000Z', '2026-11-06T00:00:00.000Z'];
    await withStore((store) => store.handed.add({ clientId: 'acme', until: before, how: 'file', at: before }));
    await run('rename', 'acme', 'acme-north');
    const find = (id: string) => withStore((store) => store.handed.findLast(id, new Date(later)));
    expect([await find('acme'), await find('acme-north')]).toEqual([null, expect.objectContaining({ until: before })]);
    await run('forget', 'acme-north');
    expect(await find('acme-north')).toBeNull();
  });

  test('with --dry-run does nothing', async () => {
    await run('rename', 'acme', 'acme-north', '--dry-run');
    expect(await read('acme')).toEqual(ALL);
    expect(await read('acme-north')).toEqual(NOTHING);
  });
});

describe('retire', () => {
  test('lists a client no longer, keeps its history, and begins anew with its next check', async () => {
    const { stdout } = await run('retire', 'acme');
    expect(stdout).toBe(`no longer listed: 2 addresses of acme, where 1 violation stood; kept: ${HELD}\n`);
    expect(await read('acme')).toEqual({ ...ALL, listed: [] });
    expect((await run('retire', 'acme')).stderr).toContain('no address of "acme" is listed');
    const day = new Date().toISOString().slice(0, 10);
    const told = ['203.0.113.7', '203.0.113.8'].map(
      (slot) => `sallyport: ${slot} was retired on ${day}: it is listed no longer\n`,
    );
    expect((await runHere(['history', 'acme', '--store', path])).stderr).toBe(told.join(''));
    expect((await runHere(['show', 'acme', '203.0.113.8', '--store', path, '--stale-after', '36500d'])).stderr).toBe(
      told[1],
    );
    expect((await runHere(['show', 'acme', '--quiet', '--store', path])).stderr).toBe('');
    await addSweep(path, '2026-11-03T03:00:00.000Z', [{ client: client('acme'), survey: closed }]);
    // Nothing is "resolved": what was known before is retired.
    expect(await read('acme')).toEqual({ ...ALL, listed: ['203.0.113.7'], history: 4 });
  });

  test('lists one address no longer', async () => {
    expect((await run('retire', 'acme', '203.0.113.8')).stdout).toContain('no longer listed: 1 address of acme; ');
    expect(await read('acme')).toEqual({ ...ALL, listed: ['203.0.113.7'] });
  });
});

test.each([
  [['forget', 'acmee'], 'the store has no client "acmee" (did you mean "acme"?)'],
  [['rename', 'acme', 'beta'], 'the store has a client "beta" already'],
  [['rename', 'acme', 'a b'], '"a b" is not a client id'],
  [
    ['retire', 'acme', '203.0.113.9'],
    '"acme" has no address "203.0.113.9" in the list; those listed are 203.0.113.7, 203.0.113.8',
  ],
])('%j is refused', async (args, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(await read('acme')).toEqual(ALL);
});
