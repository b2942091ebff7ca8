import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import { takeSiteCheck } from '../../src/fleet/sweep/take-site-check.js';
import { handoverSchema } from '../../src/model/handover.js';
import { cleanReport, dmzReport } from '../reports/sample-reports.js';
import { site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const store = join(directory, 'store.sqlite');
await addSweep(store, '2026-11-20T03:00:00.000Z', [
  { client: client('acme'), survey: survey(site()) },
  { client: client('fine'), survey: survey(site()) },
]);
const opened = await openStore(store);
const at = (startedAt: string, address: string) => ({
  startedAt,
  target: { ...cleanReport.target, input: address, address },
});
const when = at('2026-11-21T10:00:00.000Z', '198.51.100.9');
await opened.write(async (writer) => {
  await writer.addInvitedCheck('acme', { invite: 'a', report: { ...dmzReport, ...when } });
  await writer.addInvitedCheck('fine', { invite: 'b', report: { ...cleanReport, ...when } });
  await writer.addInvitedCheck('bare', { invite: 'c', report: { ...cleanReport, ...when } });
});
const later = (at: string) => ({ ...when, startedAt: at });
await opened.write(async (writer) => {
  for (const [id, second] of [
    ['cut', { ...cleanReport, verdict: 'inconclusive', interrupted: true }],
    ['weak', { ...cleanReport, profile: { ...dmzReport.profile, digest: '0'.repeat(64) } }],
    ['well', { ...cleanReport, profile: dmzReport.profile }],
  ] as const) {
    await writer.addInvitedCheck(id, { invite: `${id} 1`, report: { ...dmzReport, ...when } });
    const report = { ...second, ...later('2026-11-21T11:00:00.000Z') };
    await writer.addInvitedCheck(id, { invite: `${id} 2`, report });
  }
});
await opened.close();

const run = (...args: string[]) => runHere([...args, '--store', store]);
const OF_THEN = ['--at', '2026-11-22', '--since', '2026-11-01'];

describe('what someone at the site had checked', () => {
  test('is a part of the report, and a violation there is one of the report', async () => {
    const { code, stdout } = await run('report', 'acme', '--format', 'json', ...OF_THEN);
    expect(code).toBe(1);
    const handover = handoverSchema.parse(JSON.parse(stdout));
    expect(handover.addresses.map(({ report: { verdict } }) => verdict)).toEqual(['compliant']);
    expect(handover.invited.map(({ verdict }) => verdict)).toEqual(['violation']);
    const page = (await run('report', 'acme', '--format', 'markdown', ...OF_THEN)).stdout;
    expect(page).toMatch(/\*\*✖ Action needed\*\*\s+Checked from the site: /);
    expect(page).not.toContain('Nothing that has to be put right.');
    expect(page.match(/## What to do/g)).toHaveLength(1);
    expect(page).toMatch(/## Checked from the site\n[^]*### 198\.51\.100\.9, 2026-11-21/);
  });

  test.each([
    ['cut', ['inconclusive', 'violation']],
    ['weak', ['compliant', 'violation']],
    ['well', ['compliant']],
  ])('is a violation until it was as agreed by the same profile (%s)', async (id, verdicts) => {
    const { stdout } = await run('report', id, '--format', 'json', ...OF_THEN);
    const { invited } = handoverSchema.parse(JSON.parse(stdout));
    expect(invited.map(({ verdict }) => verdict)).toEqual(verdicts);
  });

  test('makes nothing better, and counts in the time of the report alone', async () => {
    expect((await run('report', 'fine', ...OF_THEN)).code).toBe(0);
    const bare = await run('report', 'bare', '--format', 'markdown', ...OF_THEN);
    expect(bare.code).toBe(3);
    expect(bare.stdout).toContain('## Checked from the site');
    expect(bare.stdout).not.toContain('No check is known.');
    expect((await run('report', 'acme', '--at', '2026-11-20', '--since', '2026-11-01')).code).toBe(0);
    expect((await run('report', 'acme', '198.51.100.77', ...OF_THEN)).code).toBe(2);
  });

  test('is in the history, behind the checks of sweeps', async () => {
    const { stdout } = await run('history', 'acme');
    expect(stdout).toMatch(/2026-11-21 10:00:00 UTC {2}✖ VIOLATION {2}198\.51\.100\.9, checked from the site\n/);
    const rows = JSON.parse((await run('history', 'acme', '--format', 'json')).stdout) as object[];
    expect(rows[1]).toMatchObject({ invite: 'a', address: '198.51.100.9', verdict: 'violation' });
    expect((await run('history', 'bare')).code).toBe(0);
    expect((await run('history', 'none')).code).toBe(2);
  });

  test('is shown where nothing else is known, and proves nothing of the client’s addresses', async () => {
    const { code, stdout, stderr } = await run('show', 'bare');
    expect(code).toBe(3);
    expect(stdout).toContain('198.51.100.9');
    expect(stderr).toContain('198.51.100.9: checked from the site, with a code, at 2026-11-21 10:00:00 UTC');
    expect(stderr).toContain('not checked: no sweep has checked any of its addresses');
    expect((await run('show', 'bare', '--format', 'nagios')).code).toBe(3);
    expect((await run('show', 'bare', '198.51.100.9')).code).toBe(3);
    expect((await run('show', 'bare', '198.51.100.10')).code).toBe(2);
    expect((await run('show', 'bare', '--at', '2026-11-20')).code).toBe(2);
    expect((await run('show', 'acme')).stderr).not.toContain('checked from the site');
  });
});

test('what counts as a look is told as one, made from the site, and once', async () => {
  const path = join(directory, 'counting.sqlite');
  await addSweep(path, '2026-11-20T03:00:00.000Z', [{ client: client('acme'), survey: survey(site()) }]);
  const counting = await openStore(path);
  const report = { ...dmzReport, ...at('2026-11-21T10:00:00.000Z', '203.0.113.7') };
  const terms = { profile: null, failOn: 'low', now: new Date(report.startedAt) } as const;
  await takeSiteCheck(counting, { client: 'acme', invite: 'a1', report }, terms);
  await counting.close();
  const tell = async (...args: string[]) => runHere([...args, '--store', path]);
  const history = (await tell('history', 'acme')).stdout;
  expect(history).toMatch(/2026-11-21 10:00:00 UTC {2}✖ VIOLATION +203\.0\.113\.7 {2}sweep 2, checked from the site\n/);
  expect(history.match(/from the site/g)).toHaveLength(1);
  expect((await tell('sweeps')).stdout).toMatch(/1 client checked from the site, with the code\s+of invite a1/);
  expect((await tell('show', 'acme')).stderr).toContain(
    '203.0.113.7: checked from the site, with a code, at 2026-11-21',
  );
  const { code, stdout } = await tell('report', 'acme', '--format', 'markdown', ...OF_THEN);
  expect(code).toBe(1);
  expect(stdout).toContain('checked from the site, by someone there with a code, at 2026-11-21 10:00:00 UTC');
  expect(stdout).not.toContain('## Checked from the site');
  expect((await tell('clients')).stdout).toContain('VIOLATION');
});
