import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/index.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import { listRoster } from '../../src/fleet/sweep/roster.js';
import { requireValid } from '../check/checking.js';
import { answer, canaries, see, services, site, survey } from '../check/rules/build-survey.js';
import { addLessened, addPartlyChecked, addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const store = join(directory, 'show.sqlite');
const acme = client('acme');

const closed = survey(site());
const webPro = survey(site(answer('tcp/80', 'nec-webpro', { label: 'NEC WebPro' })));
await addSweep(store, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: closed }]);
await addSweep(store, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: webPro }]);

/** However long ago the checks were. */
const OLD = ['--stale-after', '36500d'];
const show = (...args: string[]) => runHere(['show', ...args, '--store', store, ...OLD]);

const FORMS = [
  ...['table', 'nagios', 'prometheus', 'junit', 'sarif', 'csv', 'html', 'markdown', 'nmap-xml', 'defectdojo'],
] as const;

describe('show', () => {
  test('prints the newest report as the check did, and ends with its verdict', async () => {
    const { code, stdout, stderr } = await show('acme');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('VIOLATION');
    expect(stdout).toContain('FINDINGS');
    expect(stdout).toContain('2026-11-02');
  });

  test('says in every form that an address was never checked', async () => {
    const path = join(directory, 'part.sqlite');
    await addPartlyChecked(path);
    for (const format of FORMS) {
      const { code, stdout } = await runHere(['show', 'two', '--store', path, '--format', format]);
      expect({ format, code }).toEqual({ format, code: 3 });
      if (format === 'prometheus') expect(stdout).toContain('sallyport_complete 0');
      else expect(stdout).toContain('203.0.113.8: no sweep has checked it yet');
    }
    const { code, stderr } = await runHere(['show', 'two', '--store', path, '--format', 'json']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'sallyport: not checked: 203.0.113.8: no sweep has checked it yet\n',
    });
    expect((await runHere(['show', 'two', '203.0.113.7', '--store', path])).code).toBe(0);
  });

  test('says once on a terminal what is out of sight, and what was not checked', async () => {
    const path = join(directory, 'once.sqlite');
    const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
    const two = client('two', {
      addresses: ['203.0.113.7', '203.0.113.8'],
      authorization: { by: 'A', reference: 'B', until: null },
    });
    await addSweep(path, at(9), [{ client: two, survey: webPro }]);
    await addSweep(path, at(2), [{ client: two, survey: survey([...services('silent'), ...canaries('filtered')]) }]);
    const open = await openStore(path);
    await open.putRoster('/clients.yaml', listRoster([two]));
    await open.close();
    const told = ['WebPro administration', 'no sweep has checked it yet'];
    const screen = await runHere(['show', 'two', '--store', path], { onScreen: true, env: { TERM: 'dumb' } });
    const piped = await runHere(['show', 'two', '--store', path]);
    for (const text of told) {
      expect(screen.stdout.replace(/\s+/g, ' ').split(text)).toHaveLength(2);
      expect(piped.stderr).toContain(text);
      expect(screen.stderr).not.toContain(text);
    }
    expect([screen.code, piped.code]).toEqual([3, 3]);
  });

  test('says in every form that the inventory does not have an address any more, and what to do', async () => {
    const path = join(directory, 'removed.sqlite');
    await addLessened(path);
    const why = '203.0.113.8: the inventory does not have this address any more';
    const todo = 'sallyport: to take it off the lists: sallyport client retire two 203.0.113.8\n';
    const told = { code: 3, stderr: `sallyport: not checked: ${why}\n${todo}` };
    for (const format of FORMS) {
      const { stdout, ...rest } = await runHere(['show', 'two', '--store', path, '--format', format]);
      expect({ format, ...rest }).toEqual({ format, ...told });
      expect(stdout.replace(/\s+/g, ' ')).toContain(format === 'prometheus' ? 'sallyport_complete 0' : why);
    }
    expect(await runHere(['show', 'two', '203.0.113.8', '--store', path])).toMatchObject(told);
    expect(await runHere(['show', 'two', '203.0.113.7', '--store', path])).toMatchObject({ code: 0, stderr: '' });
    await runHere(['client', 'retire', 'two', '203.0.113.8', '--store', path]);
    expect((await runHere(['show', 'two', '--store', path])).stderr).not.toContain('inventory');
  });

  test('of a client that no inventory has any more says so, and ends inconclusive', async () => {
    const path = join(directory, 'gone.sqlite');
    await addLessened(path);
    await addSweep(path, new Date().toISOString(), [{ client: client('left'), survey: closed }]);
    const { code, stderr } = await runHere(['show', 'left', '--store', path]);
    const why = 'sallyport: not checked: 203.0.113.7: no inventory has it any more\n';
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `${why}sallyport: to take it off the lists: sallyport client retire left 203.0.113.7\n`,
    });
    const { stdout } = await runHere(['show', 'left', '--store', path, '--format', 'markdown']);
    expect(stdout).toContain('no inventory has it any more');
  });

  test('of a check that was long ago is not compliant in any form, unless that time is asked for', async () => {
    const path = join(directory, 'old.sqlite');
    const at = new Date(Date.now() - 9 * 86_400_000).toISOString();
    await addSweep(path, at, [{ client: acme, survey: closed }]);
    for (const format of ['table', 'json', 'prometheus', 'junit', 'html', 'csv', 'nagios']) {
      const { code, stdout, stderr } = await runHere(['show', 'acme', '--store', path, '--format', format]);
      expect({ format, code }).toEqual({ format, code: 3 });
      expect(stderr).toBe('sallyport: not checked: 203.0.113.7: no check for 9 days\n');
      if (format === 'prometheus') expect(stdout).toContain('sallyport_complete 0');
      if (format === 'html') expect(stdout).toContain('no check for 9 days');
      if (format === 'json') expect(JSON.parse(stdout)).toMatchObject({ verdict: 'compliant', startedAt: at });
    }
    expect((await runHere(['show', 'acme', '--store', path, '--at', at])).code).toBe(0);
    expect((await runHere(['show', 'acme', '--store', path, '--stale-after', '10d'])).code).toBe(0);
  });

  test.each(['html', 'markdown'])(
    'names what is out of sight in %s too, and does not say that nothing was found',
    async (format) => {
      const path = join(directory, `${format}.sqlite`);
      await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: webPro }]);
      await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: survey([see('tcp/80', 'filtered')]) }]);
      const { stdout, code } = await runHere(['show', 'acme', '--store', path, '--format', format]);
      expect(code).toBe(3);
      expect(stdout).toContain('Not seen this time, and not known to be closed');
      expect(stdout).toContain('Not seen since 2026-11-02: WebPro administration');
      expect(stdout.match(/since 2026-11-02/g)).toHaveLength(1);
      expect(stdout).not.toContain('Nothing that has to be put right');
    },
  );

  test.each(['table', 'nagios', 'prometheus', 'junit', 'sarif', 'defectdojo', 'json'])(
    'shows as %s what is out of sight as what it is: a violation that stands',
    async (format) => {
      const path = join(directory, `sight-${format}.sqlite`);
      const silent = survey([see('tcp/80', 'filtered')]);
      await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: webPro }]);
      await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: silent }]);
      const args = ['--format', format, '--store', path];
      const { code, stdout, stderr } = await runHere(['show', 'acme', ...args, ...OLD]);
      expect(code).toBe(format === 'nagios' ? 2 : 3);
      expect(stderr).toContain('not seen since 2026-11-02: WebPro');
      if (format === 'prometheus') {
        expect(stdout).toMatch(/^sallyport_verdict\{.*verdict="violation"\} 1$/m);
        const { stdout: listed } = await runHere(['clients', ...args]);
        const findings = (text: string) => text.match(/^sallyport_findings\{.*$/gm);
        expect(findings(stdout)).toEqual(findings(listed));
      } else if (format === 'json') {
        expect(JSON.parse(stdout)).toMatchObject({ verdict: 'inconclusive' });
        expect(stdout).not.toContain('WebPro');
      } else expect(stdout).toContain('not seen since 2026-11-02: WebPro');
    },
  );

  test('knows what was out of sight at an earlier time', async () => {
    const path = join(directory, 'then.sqlite');
    await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: webPro }]);
    await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: survey([see('tcp/80', 'filtered')]) }]);
    await addSweep(path, '2026-11-03T03:00:00.000Z', [{ client: acme, survey: closed }]);
    const then = await runHere(['show', 'acme', '--at', '2026-11-02', '--store', path, ...OLD]);
    expect(then.stderr).toContain('not seen since 2026-11-02: WebPro administration');
    expect(then.code).toBe(3);
    expect((await runHere(['show', 'acme', '--store', path, ...OLD])).code).toBe(0);
  });

  test('relies on no check whose time is still to come', async () => {
    const path = join(directory, 'ahead.sqlite');
    await addSweep(path, '2031-01-01T03:00:00.000Z', [{ client: acme, survey: closed }]);
    expect((await runHere(['show', 'acme', '--format', 'nagios', '--store', path])).code).toBe(3);
    expect((await runHere(['clients', '--format', 'nagios', '--store', path])).code).toBe(3);
    expect((await runHere(['clients', '--store', path, ...OLD])).stdout).toContain('still to come');
  });

  test('prints that of an earlier time', async () => {
    const { code, stdout } = await show('acme', '--at', '2026-11-01');
    expect(code).toBe(0);
    expect(stdout).toContain('COMPLIANT');
  });

  test('has every format, to a file too', async () => {
    const { stdout } = await show('acme', '--format', 'json');
    const report: unknown = JSON.parse(stdout);
    requireValid(report);
    expect(report).toMatchObject({ verdict: 'violation', startedAt: expect.stringMatching(/^2026-11-02T/) });
    const file = join(directory, 'acme.ndjson');
    const { code, stderr } = await show('acme', '-o', file);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `sallyport: VIOLATION: the report of acme is in ${file}\n` });
    expect((JSON.parse(await readFile(file, 'utf8')) as Report).verdict).toBe('violation');
  });

  test('does not call compliant what stands out of sight, and says since when', async () => {
    const path = join(directory, 'lost.sqlite');
    const silent = survey([see('tcp/80', 'filtered')]);
    await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: webPro }]);
    await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: silent }]);
    const { code, stdout, stderr } = await runHere(['show', 'acme', '--store', path, ...OLD]);
    expect(code).toBe(3);
    expect(stdout).not.toContain('COMPLIANT  ');
    expect(stderr).toContain('203.0.113.7: not seen since 2026-11-0');
  });

  test('says what stands where the newest check came to no verdict', async () => {
    const path = join(directory, 'doubt.sqlite');
    const unknown = survey(site(see('tcp/80', 'error')));
    await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: webPro }]);
    await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: unknown }]);
    const { code, stderr } = await runHere(['show', 'acme', '--store', path, ...OLD]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^sallyport: 203\.0\.113\.7: what stands from an earlier check: [^\n]*WebPro[^\n]*\n$/);
    const monitored = await runHere(['show', 'acme', '--format', 'nagios', '--store', path, ...OLD]);
    expect(monitored.code).toBe(2);
    expect(monitored.stdout).toMatch(/^SALLYPORT CRITICAL - [^\n]*WebPro[^\n]*'findings'=1/);
    expect((await runHere(['clients', '--format', 'nagios', '--store', path, ...OLD])).code).toBe(2);
  });

  test('shows the address that is named, also a row for each of several', async () => {
    const path = join(directory, 'two.sqlite');
    const both = client('both', { addresses: ['203.0.113.7', '203.0.113.8'] });
    const other = { ...closed, target: { ...closed.target, address: '203.0.113.8', input: '203.0.113.8' } };
    await addSweep(path, '2026-11-01T03:00:00.000Z', [
      { client: both, survey: webPro },
      { client: both, survey: other, slot: '203.0.113.8' },
    ]);
    const all = await runHere(['show', 'both', '--store', path, ...OLD]);
    expect(all.stdout).toMatch(/203\.0\.113\.7[^]*203\.0\.113\.8/);
    const one = await runHere(['show', 'both', '203.0.113.8', '--store', path, ...OLD]);
    expect(one.code).toBe(0);
    expect(one.stdout).not.toContain('203.0.113.7');
  });

  test.each([
    [['acmee'], 'the store has no client "acmee" (did you mean "acme"?)'],
    [['acme', '198.51.100.1'], '"acme" has no address "198.51.100.1" in the store; it has 203.0.113.7'],
    [['acme', '--at', '2026-10-01'], '"acme" has no check of 2026-10-01 23:59:59 UTC or before'],
    [['acme', '--at', 'soon'], 'is not a time'],
    [['acme', '-o', '/tmp/x.pdf'], 'there is no format ".pdf"'],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await show(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(existsSync('/tmp/x.pdf')).toBe(false);
  });
});
