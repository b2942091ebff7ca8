import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import { answer, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const store = join(directory, 'diff.sqlite');
const [acme, beta, gone, late, number] = ['acme', 'beta', 'gone', 'late', '12'].map((id) => client(id));

const closed = survey(site());
const webPro = survey(site(answer('tcp/80', 'nec-webpro', { label: 'NEC WebPro' })));
const nginx = survey(site(answer('tcp/80', 'web-server', { label: 'nginx \u001b[31m' })));
await addSweep(store, '2026-11-01T03:00:00.000Z', [
  { client: acme!, survey: closed },
  { client: beta!, survey: webPro },
  { client: gone!, survey: webPro },
]);
await addSweep(store, '2026-11-05T03:00:00.000Z', [
  { client: acme!, survey: webPro },
  { client: beta!, survey: webPro },
  { client: late!, survey: webPro },
  { client: number!, survey: closed },
]);
await addSweep(store, '2026-11-09T03:00:00.000Z', [{ client: acme!, survey: nginx }]);

const diff = (...args: string[]) => runHere(['diff', ...args, '--store', store]);

interface Diff {
  readonly clientId: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly changes: { readonly kind: string; readonly endpoint: string | null; readonly rule: string | null }[];
}

async function kindsOf(...args: string[]) {
  const { code, stdout } = await diff(...args, '--format', 'json');
  const diffs = JSON.parse(stdout) as Diff[];
  return {
    code,
    diffs,
    kinds: diffs.map(({ clientId, changes }) => [clientId, [...new Set(changes.map(({ kind }) => kind))]]),
  };
}

/** Accepts what is open at a client between two sweeps that see the same. */
async function acceptBetween(): Promise<void> {
  const accepted = client('accepted');
  await addSweep(store, '2026-10-01T03:00:00.000Z', [{ client: accepted, survey: webPro }]);
  const opened = await openStore(store);
  for (const rule of ['admin-interface-reachable', 'default-admin-port', 'unlisted-endpoint-open']) {
    const why = { by: 'Ann', reason: 'moves in June', until: '2027-06-30', grantedAt: '2026-10-02T00:00:00.000Z' };
    await opened.addWaiver({ clientId: 'accepted', rule, endpoint: null, severity: null, identity: null, ...why });
  }
  await opened.close();
  await addSweep(store, '2026-10-03T03:00:00.000Z', [{ client: accepted, survey: webPro }]);
}

describe('of one client', () => {
  test('says that the verdict is another one, where only what is accepted changed', async () => {
    await acceptBetween();
    const { code, stdout } = await diff('accepted');
    expect(stdout).toContain('violation → compliant: nothing changed at the site');
    expect(code).toBe(1);
  });

  test('compares the newest look with the one before it', async () => {
    const { code, stdout } = await diff('acme');
    expect(code).toBe(1);
    expect(stdout).toContain('acme  203.0.113.7: 2026-11-05 03:00:00 UTC → 2026-11-09 03:00:00 UTC');
    expect(stdout).toMatch(/MEDIUM {4}identity changed +tcp\/80/);
    expect(stdout).toContain('before: NEC WebPro');
    expect(stdout).toContain('now: nginx \\x1b[31m');
    expect(stdout).not.toContain('\u001b');
  });

  test('compares looks at given times; a day is its first or its last moment', async () => {
    expect((await kindsOf('acme', '--from', '2026-11-05', '--to', '2026-11-05')).kinds).toEqual([
      ['acme', ['exposed']],
    ]);
    const { code, diffs } = await kindsOf('acme', '--from', '2026-11-05T03:00Z', '--to', '2026-11-08');
    expect({ code, changes: diffs[0]?.changes }).toEqual({ code: 0, changes: [] });
  });

  test('tells all that is known where there was no look before, and nothing where nothing changed', async () => {
    const { diffs } = await kindsOf('acme', '--from', '2026-10-01', '--to', '2026-11-06');
    expect(diffs).toMatchObject([{ from: null, to: '2026-11-05T03:00:00.000Z' }]);
    expect((await kindsOf('late')).code).toBe(1);
    const { code, stdout } = await diff('beta');
    expect(code).toBe(0);
    expect(stdout).toContain('nothing changed');
  });

  test('whose id is a number', async () => {
    expect((await kindsOf('12')).kinds).toEqual([['12', []]]);
  });
});

describe('of two sweeps', () => {
  test('tells what changed in any client, those new and those left out', async () => {
    const { code, stdout } = await diff('1', '2');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^acme[^]*^late/m);
    expect(stdout).not.toMatch(/beta|gone/);
    expect(stdout).toContain('5 addresses: 2 changed, 1 not checked in the later sweep');
  });

  test('is the other way round the other way round', async () => {
    const { kinds } = await kindsOf('2', '1');
    expect(kinds).toEqual([
      ['acme', ['resolved']],
      ['gone', ['exposed']],
    ]);
  });

  test('is nothing for a sweep and itself', async () => {
    expect(await kindsOf('1', '1')).toMatchObject({ code: 0, diffs: [] });
  });
});

test.each([
  [['nobody'], 'the store has no client "nobody"'],
  [
    ['1'],
    'the store has no client "1"; to compare sweep 1 with a later one, name that one too: sallyport diff 1 NUMBER',
  ],
  [['999'], /the store has no client "999"$/],
  [['acme', '--to', '2026-10-01'], '"acme" has no check of 2026-10-01 23:59:59 UTC or before'],
  [['acme', '--from', 'yesterday'], '"yesterday" is not a time'],
  [['1', '99'], 'the store has no sweep 99'],
  [['acme', '2'], '"acme" is not the number of a sweep'],
  [['1', '2', '--from', '2026-11-01'], '--from and --to are for one client'],
  [['1', '2', '3'], 'unexpected argument'],
  [[], 'client is missing; see sallyport diff --help'],
])('%j is refused', async (args, message) => {
  const { code, stdout, stderr } = await diff(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  if (typeof message === 'string') expect(stderr).toContain(message);
  else expect(stderr.trim()).toMatch(message);
});
