import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import { listRoster } from '../../src/fleet/sweep/roster.js';
import { handoverSchema } from '../../src/model/handover.js';
import type { SiteReport } from '../../src/model/site.js';
import { siteReport } from '../fleet/store/site-fixtures.js';
import { site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const acme = client('acme', { authorization: { by: 'Ann', reference: 'T1', until: null } });

/** A store of a client whose site was looked at, and that no sweep has checked. */
async function fill(name: string, changes: readonly Partial<SiteReport>[], roster = [acme]) {
  const path = join(directory, `${name}.sqlite`);
  const store = await openStore(path);
  for (const change of changes) await store.addSiteReport(siteReport(change));
  await store.putRoster('/clients.yaml', listRoster(roster));
  await store.close();
  return (command: string, ...args: string[]) => runHere([command, 'acme', ...args, '--store', path]);
}

const NOT_CHECKED = 'sallyport: not checked: 203.0.113.7: no sweep has checked it yet\n';

test.each([
  ['violation', 1, 'NOT FIT', 'Not fit yet'],
  ['compliant', 0, 'FIT TO INSTALL', 'Fit to install'],
  ['inconclusive', 3, 'NOT VERIFIED', 'Not verified'],
] as const)(
  'a site that was %s before any sweep is shown and reported in the words of preinstall',
  async (verdict, code, word, label) => {
    const run = await fill(verdict, [
      { startedAt: daysAgo(2), verdict: 'inconclusive' },
      { startedAt: daysAgo(1), verdict },
    ]);
    const shown = await run('show');
    expect(shown).toMatchObject({ code, stderr: NOT_CHECKED });
    expect(shown.stdout).toMatch(new RegExp(`^. ${word}  acme`));
    const file = join(directory, `${verdict}.html`);
    expect(await run('report', '-o', file)).toMatchObject({
      code,
      stderr: `sallyport: ${word}: the report of acme is in ${file}\n`,
    });
    const page = await readFile(file, 'utf8');
    expect(page).toContain(label);
    expect(page).toContain('203.0.113.7: not checked: no sweep has checked it yet.');
    const json = join(directory, `${verdict}.json`);
    await run('report', '-o', json);
    expect(handoverSchema.parse(JSON.parse(await readFile(json, 'utf8')))).toMatchObject({
      client: { name: 'acme Ltd' },
      site: { verdict },
    });
    const site = join(directory, `${verdict}-site.json`);
    expect(await run('show', '--quiet', '-o', site)).toMatchObject({ code, stderr: '' });
    const again = join(directory, `${verdict}-again.html`);
    const { stderr } = await runHere(['report', '--report', site, '-o', again]);
    expect(stderr).toBe(`sallyport: ${word}: the report is in ${again}\n`);
    expect(await readFile(again, 'utf8')).toContain(label);
  },
);

test('a site that was fit long ago is not called so now', async () => {
  const run = await fill('old', [{ startedAt: daysAgo(40) }]);
  const shown = await run('show');
  expect(shown).toMatchObject({
    code: 3,
    stderr: `sallyport: not checked: the site: no check for 40 days\n${NOT_CHECKED}`,
  });
  const report = await run('report', '--format', 'markdown');
  expect(report.code).toBe(3);
  expect(report.stdout).toContain('**? Not verified**');
  expect(report.stdout).toContain('The site: not checked in the time of this report. What it shows is how it was at');
  // What is asked of a time was not old then.
  expect(await run('show', '--at', daysAgo(39))).toMatchObject({ code: 0, stderr: '' });
  expect((await run('report', '--at', daysAgo(39), '--format', 'markdown')).stdout).toContain('**✔ Fit to install**');
  expect((await run('show', '--at', daysAgo(41))).stderr).toContain('no sweep has checked "acme" yet');
});

test('the site of a client does not stand for an address of it, for what a form cannot show, or beside a sweep', async () => {
  const run = await fill('else', [{ startedAt: daysAgo(1) }]);
  for (const command of ['show', 'report']) {
    const { code, stderr } = await run(command, '203.0.113.7');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('no sweep has checked "acme" yet') });
  }
  const refused = await run('show', '--format', 'csv');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('only the site was checked so far, and "csv" does not fit: a row has an address');
  const path = join(directory, 'else.sqlite');
  await addSweep(path, daysAgo(0), [{ client: acme, survey: survey(site()) }]);
  expect((await run('show')).stdout).toContain('COMPLIANT');
  expect((await run('report', '--format', 'markdown')).stdout).toContain('Exposure report');
});
