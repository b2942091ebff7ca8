import { join as joinPath } from 'node:path';
import { expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { SlotState } from '../../src/model/change.js';
import { join } from '../check/join/join.js';
import { answer, profile, site, survey } from '../check/rules/build-survey.js';
import { stateOf } from '../../src/fleet/changes/slot-state.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const closed = survey(site());
const exposed = survey(site(answer('tcp/80', 'nec-webpro')));
const KEY = 'admin-interface-reachable tcp/80';
let count = 0;

/** A store with a client that berlin and office look at. */
async function fill(seen = { berlin: exposed, office: closed }): Promise<string> {
  const path = joinPath(directory, `${++count}.sqlite`);
  await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: client('acme'), survey: closed }]);
  const store = await openStore(path);
  await store.write((tx) => tx.putState('acme', '203.0.113.7', stateOf(join(seen, profile())), null));
  await store.close();
  return path;
}

async function readState(path: string): Promise<SlotState> {
  const store = await openStore(path);
  try {
    for await (const { state } of store.readClientStates()) return state;
    throw new Error('nothing is known');
  } finally {
    await store.close();
  }
}

const rename = (path: string, ...args: string[]) => runHere(['workers', 'rename', ...args, '--store', path]);

test('what a vantage knows is known from its new name, and nothing of it is over', async () => {
  const path = await fill();
  const before = await readState(path);
  const dry = await rename(path, 'berlin', 'berlin2', '--dry-run');
  expect([dry.code, dry.stdout]).toEqual([
    0,
    expect.stringMatching(/^nothing was done; without --dry-run: berlin becomes/),
  ]);
  expect(await readState(path)).toEqual(before);
  const { code, stdout, stderr } = await rename(path, 'berlin', 'berlin2');
  expect([code, stdout]).toEqual([
    0,
    'berlin becomes berlin2, with what is known from it: 1 address, 1 violation that it saw\n',
  ]);
  expect(stderr).toContain('--vantage berlin2');
  const after = await readState(path);
  expect(after).toEqual({
    ...before,
    issues: { [KEY]: { ...before.issues[KEY], seenFrom: { berlin2: 'outsider' } } },
    silentTo: { berlin2: false, office: false },
    refusalsTo: { berlin2: before.refusalsTo!['berlin'], office: before.refusalsTo!['office'] },
  });
});

test('one of which nothing is known has no new name', async () => {
  const { code, stderr } = await rename(await fill(), 'berln', 'berlin2');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'nothing is known from a vantage “berln”; those of which something is are “berlin” and “office”',
  );
});

test('another vantage is not taken for it, unless someone says that it is the same place', async () => {
  const path = await fill();
  const refused = await rename(path, 'berlin', 'office');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--same-place')]);
  expect((await readState(path)).issues[KEY]!.seenFrom).toEqual({ berlin: 'outsider' });
  expect((await rename(path, 'berlin', 'office', '--same-place')).code).toBe(0);
  expect((await readState(path)).issues[KEY]!.seenFrom).toEqual({ office: 'outsider' });
});

test.each([
  ['Berlin', 'berlin2'],
  ['berlin', 'Berlin2'],
  ['berlin', 'berlin'],
])('from %s to %s is refused', async (from, to) => {
  const path = await fill();
  expect((await rename(path, from, to)).code).toBe(2);
  expect((await readState(path)).issues[KEY]!.seenFrom).toEqual({ berlin: 'outsider' });
});
