import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/model/report.js';
import { see, site, survey } from '../check/rules/build-survey.js';
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
