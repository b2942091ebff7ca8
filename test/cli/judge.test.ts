import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { Report } from '../../src/model/report.js';
import { see, services, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const files = createFiles();
const store = join(files.directory, 'judge.sqlite');
const [acme, beta] = [client('acme'), client('beta')];
const cti = survey(site(see('tcp/8181', 'open')));
await addSweep(store, '2026-11-01T03:00:00.000Z', [
  { client: acme, survey: survey(site()) },
  { client: beta, survey: cti },
]);
await addSweep(store, '2026-11-05T03:00:00.000Z', [{ client: beta, survey: survey(site()) }]);
const lenient = files.write(
  'lenient.yaml',
  [
    'extends: closed',
    'name: lenient',
    'title: CTI may be open',
    'services:',
    '  cti: { from: { outsider: may } }',
  ].join('\n'),
);

const judge = (...args: string[]) => runHere(['judge', ...args, '--store', store]);

describe('old evidence', () => {
  test('is judged by another profile, client by client', async () => {
    const { code, stdout, stderr } = await judge('--sweep', '1', '--profile', 'closed');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^acme {2}203\.0\.113\.7 {2}✔ COMPLIANT$/m);
    expect(stdout).toMatch(/^beta {2}203\.0\.113\.7 {2}✖ VIOLATION\n {2}HIGH {6}tcp\/8181/m);
    const again = await judge('--sweep', '1', '--profile', lenient);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toMatch(/^beta .* ✖ VIOLATION → ✔ COMPLIANT$/m);
  });

  test('keeps its time, and says by which profile it is judged', async () => {
    const { stdout } = await judge('--sweep', '1', '--client', 'beta', '--profile', lenient, '--format', 'json');
    const [only, ...rest] = JSON.parse(stdout) as { before: string; report: Report; at: string }[];
    expect(rest).toEqual([]);
    expect(only).toMatchObject({ before: 'violation', at: '2026-11-01T03:00:00.000Z' });
    expect(only?.report).toMatchObject({ startedAt: '2026-11-01T03:00:00.000Z', profile: { name: 'lenient' } });
  });

  test('of a client is that of its newest look', async () => {
    const { code, stdout } = await judge('--client', 'beta', '--profile', 'closed', '--format', 'ndjson');
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { sweepId: number }).sweepId),
    ).toEqual([2]);
  });
});

describe('what is not seen is not gone', () => {
  const lost = join(files.directory, 'lost.sqlite');
  const [gone, quiet, known] = [
    client('gone'),
    client('quiet'),
    client('known', { silence: { by: 'Ann', until: '2099-12-31' } }),
  ];
  const silent = (echo: 'answered' | 'silent') =>
    survey(services('silent'), { liveness: { echo: { before: echo, after: echo } } });
  const waive = (id: string, rule: string, until: string) =>
    runHere([...['waive', id, rule, '--by', 'Ben', '--reason', 'known', '--until', until, '--store', lost]]);
  const again = async (...args: string[]) => {
    const { code, stdout } = await runHere([
      ...['judge', '--profile', 'closed', '--format', 'json', '--store', lost],
      ...args,
    ]);
    const rows = JSON.parse(stdout) as { report: Report; unseen: { endpoint: string }[] }[];
    return { code, rows: rows.map(({ report, unseen }) => ({ report, unseen })) };
  };
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

  beforeAll(async () => {
    await addSweep(lost, '2020-11-01T03:00:00.000Z', [
      { client: gone, survey: cti },
      { client: quiet, survey: survey(site()) },
    ]);
    await addSweep(lost, '2020-11-02T03:00:00.000Z', [
      { client: gone, survey: silent('answered') },
      { client: known, survey: silent('silent') },
    ]);
    expect((await waive('quiet', 'no-sign-of-life', tomorrow)).code).toBe(0);
    await addSweep(lost, '2020-11-03T03:00:00.000Z', [{ client: quiet, survey: silent('silent') }]);
  });

  test('an exposure that is out of sight forbids "compliant", from the check on that missed it', async () => {
    const { code, rows } = await again('--client', 'gone');
    expect(code).toBe(3);
    expect(rows).toMatchObject([
      {
        report: {
          verdict: 'inconclusive',
          summary: expect.stringMatching(/^Inconclusive: not seen since 2020-11-02: /),
        },
        unseen: [{ rule: 'forbidden-service-open', endpoint: 'tcp/8181', severity: 'high' }],
      },
    ]);
    const { stdout } = await runHere(['judge', '--profile', 'closed', '--client', 'gone', '--store', lost]);
    expect(stdout).toMatch(/^gone {2}203\.0\.113\.7 {2}✔ COMPLIANT → \? INCONCLUSIVE\n {2}HIGH .* not seen since/m);
    expect((await again('--sweep', '1', '--client', 'gone')).rows).toMatchObject([
      { report: { verdict: 'violation' }, unseen: [] },
    ]);
  });

  test('unless a waiver accepts it, which has neither ended nor been revoked', async () => {
    await waive('gone', 'forbidden-service-open', tomorrow);
    expect((await again('--client', 'gone')).rows).toMatchObject([{ report: { verdict: 'compliant' }, unseen: [] }]);
    await runHere(['waivers', 'revoke', '2', '--store', lost]);
    expect((await again('--client', 'gone')).code).toBe(3);
  });

  test('silence counts as accepted by the inventory, and by a waiver until it is revoked', async () => {
    expect((await again('--client', 'known')).rows).toMatchObject([{ report: { verdict: 'compliant' } }]);
    expect((await again('--client', 'quiet')).rows).toMatchObject([{ report: { verdict: 'compliant' } }]);
    expect((await runHere(['waivers', 'revoke', '1', '--store', lost])).code).toBe(0);
    expect((await again('--client', 'quiet')).rows).toMatchObject([{ report: { verdict: 'inconclusive' } }]);
  });

  test('what was accepted until a day that is over counts no more', async () => {
    const opened = await openStore(lost);
    const ended = { clientId: 'quiet', rule: 'no-sign-of-life', endpoint: null, by: 'Ben', reason: 'known' };
    const limits = { severity: null, identity: null, grantedAt: '2020-11-01T00:00:00.000Z' };
    await opened.addWaiver({ ...ended, ...limits, until: '2020-11-10' });
    await opened.close();
    const { code, rows } = await again('--client', 'quiet');
    expect(code).toBe(3);
    expect(rows[0]?.report.summary).toContain('accepted only until 2020-11-10');
  });
});

test.each([
  [['--profile', 'closed'], 'name what to judge'],
  [['--sweep', '9', '--profile', 'closed'], 'the store has no sweep 9'],
  [['--sweep', 'x', '--profile', 'closed'], '--sweep: expected a whole number, at least 1'],
  [['--client', 'bet', '--profile', 'closed'], 'did you mean "beta"?'],
  [['--sweep', '2', '--client', 'acme', '--profile', 'closed'], 'there is nothing to judge'],
  [['--sweep', '1', '--profile', 'closd'], 'closd'],
  [['--sweep', '1'], '--profile NAME is missing'],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await judge(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
