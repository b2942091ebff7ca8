import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import { fleetReportSchema } from '../../src/model/fleet-report.js';
import type { Report } from '../../src/model/report.js';
import { handoverSchema } from '../../src/model/handover.js';
import { answer, see, site, survey } from '../check/rules/build-survey.js';
import { addLessened, addPartlyChecked, addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const store = join(directory, 'report.sqlite');
const acme = client('acme', { name: 'Acme & Söhne' });
const closed = survey(site());
const webPro = survey(site(answer('tcp/80', 'nec-webpro', { label: 'NEC WebPro' })));
await addSweep(store, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: closed }]);
await addSweep(store, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: webPro }]);

const report = (...args: string[]) => runHere(['report', ...args, '--store', store]);

describe('report', () => {
  test('is a page, with the name of the client, history and what changed', async () => {
    const { code, stdout, stderr } = await report('acme', '--since', '2026-11-01');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('<title>Exposure report: Acme &amp; Söhne</title>');
    for (const part of ['Action needed', 'History', 'What changed since 2026-11-01', 'WebPro'])
      expect(stdout).toContain(part);
  });

  test('goes to a file as it is called, which a later one may replace, and nothing else', async () => {
    const file = join(directory, 'acme.html');
    const { code, stderr } = await report('acme', '-o', file);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `sallyport: VIOLATION: the report of acme is in ${file}\n` });
    expect((await report('acme', '-o', file)).code).toBe(1);
    const other = join(directory, 'letter.html');
    await writeFile(other, '<p>mine</p>');
    expect((await report('acme', '-o', other)).code).toBe(2);
    expect(await readFile(other, 'utf8')).toBe('<p>mine</p>');
  });

  test('as data can be made into a page again, without the store', async () => {
    const { stdout } = await report('acme', '--format', 'json');
    const handover = handoverSchema.parse(JSON.parse(stdout));
    expect(handover.addresses[0]?.history?.looks).toHaveLength(2);
    const file = join(directory, 'handover.json');
    await writeFile(file, stdout);
    const again = await runHere(['report', '--report', file]);
    expect(again).toMatchObject({ code: 1, stderr: '' });
    expect(again.stdout).toContain('Acme &amp; Söhne');
  });

  test('takes what check wrote', async () => {
    const { stdout } = await runHere(['show', 'acme', '--store', store, '--format', 'ndjson']);
    const file = join(directory, 'check.ndjson');
    await writeFile(file, stdout);
    const { code, stdout: page } = await runHere(['report', '--report', file, '--format', 'markdown']);
    expect(code).toBe(1);
    expect(page).toContain('**✖ Action needed**');
  });

  test('has a band for each endpoint of each address, and one for each service if it was made when there were no others', async () => {
    const path = join(directory, 'bands.sqlite');
    const two = client('two', { addresses: ['203.0.113.7', '203.0.113.8'] });
    const moved = survey(site(answer('tcp/8080', 'nec-webpro', { label: 'NEC WebPro' })));
    const target = { ...closed.target, input: '203.0.113.8', address: '203.0.113.8', name: null };
    for (const [at, second] of [
      ['2026-11-01T03:00:00.000Z', webPro] as const,
      ['2026-11-02T03:00:00.000Z', moved] as const,
    ])
      await addSweep(path, at, [
        { client: two, survey: closed },
        { client: two, survey: { ...second, target }, slot: '203.0.113.8' },
      ]);
    const bands = async (...args: string[]) => {
      const { stdout } = await runHere(['report', ...args, '--format', 'markdown']);
      const parts = stdout.split('The evidence: ').slice(1);
      return parts.map((part) =>
        [...part.matchAll(/^\| (\S.*) \| ([✖●–·?]+) \|$/gm)].map(([, label, states]) => `${label} ${states}`),
      );
    };
    const [first, second] = await bands('two', '--store', path);
    expect(first).toContain('tcp/80: WebPro administration (HTTP) ––');
    expect(second?.slice(0, 2)).toEqual(['tcp/80: WebPro administration (HTTP) ✖–', 'tcp/8080: NEC WebPro ?✖']);
    const { stdout } = await runHere(['report', 'two', '--store', path, '--format', 'json']);
    const old = JSON.parse(stdout) as { addresses: { history: Record<string, unknown> }[] };
    for (const { history } of old.addresses) {
      delete history['endpoints'];
      delete history['others'];
    }
    const file = join(directory, 'old-bands.json');
    await writeFile(file, JSON.stringify(old));
    expect((await bands('--report', file))[1]?.[0]).toBe('WebPro administration (HTTP) ✖–');
    const again = await runHere(['report', '--report', file, '--format', 'json']);
    expect(JSON.parse(again.stdout)).toEqual(old);
  });

  test('as a PDF is the same each time, and replaces the one before', async () => {
    const json = join(directory, 'pdf.json');
    await report('acme', '-o', json);
    const file = join(directory, 'acme.pdf');
    const make = () => runHere(['report', '--report', json, '--pdf-browser', 'none', '-o', file]);
    expect(await make()).toMatchObject({ code: 1, stderr: `sallyport: VIOLATION: the report is in ${file}\n` });
    const first = await readFile(file);
    expect(first.toString('latin1', 0, 8)).toBe('%PDF-1.7');
    expect((await make()).code).toBe(1);
    expect((await readFile(file)).equals(first)).toBe(true);
    const other = join(directory, 'other.pdf');
    await writeFile(other, '%PDF-1.7\n%\xff\xff\xff\xff\n1 0 obj');
    expect((await report('acme', '--pdf-browser', 'none', '-o', other)).stderr).toContain('exists already');
  });

  test('as a PDF has no logo that is an SVG without a browser, and says so', async () => {
    await writeFile(join(directory, 'a.svg'), '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>');
    const brand = join(directory, 'brand.yaml');
    await writeFile(brand, 'name: Example\nlogo: a.svg');
    const args = ['acme', '--brand', brand, '--pdf-browser', 'none', '--force', '-o', join(directory, 'svg.pdf')];
    expect((await report(...args)).stderr).toContain('the logo is missing in the PDF');
    expect((await report(...args, '-q')).stderr).toBe('');
    const page = await report('acme', '--brand', brand);
    expect(page.stdout).toContain('<p class="name">Example</p>');
    expect(page.stdout).toContain('data:image/svg+xml;base64,');
  });

  test('has the letterhead that the environment or a file of options gives, as other pages have', async () => {
    const brand = join(directory, 'given.yaml');
    await writeFile(brand, 'name: Example Telecom\nfooter: HRB 1');
    const config = join(directory, 'options.yaml');
    await writeFile(config, `brand: ${brand}`);
    const shown = ['show', 'acme', '--store', store, '--format', 'html'];
    for (const page of [
      await runHere(['report', 'acme', '--store', store], { env: { SALLYPORT_BRAND: brand } }),
      await report('acme', '--config', config),
      await runHere([...shown, '--brand', brand]),
      await runHere(shown, { env: { SALLYPORT_BRAND: brand } }),
    ]) {
      expect(page.stdout).toContain('<p class="name">Example Telecom</p>');
      expect(page.stdout).toContain('<footer>HRB 1</footer>');
    }
    expect((await report('acme', '--format', 'markdown', '--brand', brand)).stdout).not.toContain('Example Telecom');
    await writeFile(brand, 'nam: Example');
    expect((await report('acme', '--brand', brand)).stderr).toContain(`${brand}:1:1: nam: unknown key`);
  });

  test('of an earlier time knows nothing of later ones', async () => {
    const { code, stdout } = await report('acme', '--at', '2026-11-01');
    expect(code).toBe(0);
    expect(stdout).toContain('As agreed');
    expect(stdout).not.toContain('2026-11-02T');
    expect(stdout).not.toContain('2026-11-02 03');
  });

  test('does not call "as agreed" what stands out of sight', async () => {
    const path = join(directory, 'lost.sqlite');
    await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: webPro }]);
    await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: survey([see('tcp/80', 'filtered')]) }]);
    const { code, stdout } = await runHere(['report', 'acme', '--store', path]);
    expect(code).toBe(3);
    expect(stdout).not.toContain('As agreed');
    expect(stdout).toContain('not known to be closed');
    expect(stdout).toContain('See in the router whether what was not seen this time is still forwarded');
  });

  test('does not call "as agreed" a client of which an address was never checked', async () => {
    const path = join(directory, 'part.sqlite');
    const two = await addPartlyChecked(path);
    const json = join(directory, 'part.json');
    const { code, stderr } = await runHere(['report', 'two', '--store', path, '-o', json]);
    expect({ code, stderr }).toEqual({ code: 3, stderr: `sallyport: INCONCLUSIVE: the report of two is in ${json}\n` });
    const handover = handoverSchema.parse(JSON.parse(await readFile(json, 'utf8')));
    expect(handover.unchecked).toEqual([{ slot: two.addresses[1], reason: 'no sweep has checked it yet' }]);
    const page = await runHere(['report', '--report', json, '--format', 'markdown']);
    expect(page.code).toBe(3);
    expect(page.stdout).toContain('**? Not determined**');
    expect(page.stdout).toContain('203.0.113.8: not checked: no sweep has checked it yet.');
    expect(page.stdout).not.toContain('As agreed**');
    expect((await runHere(['report', 'two', '203.0.113.7', '--store', path])).code).toBe(0);
  });

  test('has what is not done by the checklist on its first page, with what to do and who does it', async () => {
    const path = join(directory, 'refused.sqlite');
    const at = new Date(Date.now() - 3_600_000).toISOString();
    await addSweep(path, at, [{ client: acme, survey: closed }]);
    const write = await openStore(path);
    const said = {
      by: 'Kim',
      role: 'dealer',
      note: '',
      at,
      expiresAt: new Date(Date.now() + 9e9).toISOString(),
    } as const;
    const answer = (item: string, given: 'yes' | 'no') =>
      ({ clientId: 'acme', checklist: 'nec-sl', item, answer: given, ...said }) as const;
    await write.addAnswers([answer('installer-account', 'no'), answer('web-users', 'no'), answer('disa', 'yes')]);
    await write.close();
    const { stdout } = await runHere(['report', 'acme', '--store', path, '--format', 'markdown']);
    const [first = ''] = stdout.split('## What was checked');
    expect(first).toContain('The checks found nothing that has to be put right.');
    expect(first).not.toContain('\nNothing that has to be put right.');
    expect(first).toContain('By the checklist, this is not done:');
    expect(first).toContain('By the checklist, 2 things are not done.');
    expect(first).toMatch(/- The installer.s user name and password are changed \(NEC 90.?-02\) \(Kim, dealer, on/);
    const todo = first.slice(first.indexOf('## What to do'));
    expect(todo).toMatch(
      /1 \| Not done yet: The installer.*Set both in program.*the person who programs the phone system \(NEC program 90/,
    );
    expect(todo).toMatch(/2 \| .*the person who programs the phone system; your dealer \|/);
    expect(todo).not.toContain('DISA');
  });

  test('is no all-clear where the inventory does not have an address any more, and shows what stood there', async () => {
    const why = '203.0.113.8: not checked: the inventory does not have this address any more.';
    const well = join(directory, 'removed.sqlite');
    await addLessened(well);
    const report = (path: string, ...args: string[]) =>
      runHere(['report', ...args, '--store', path, '--format', 'markdown']);
    for (const args of [['two'], ['two', '203.0.113.8']]) {
      const { code, stdout } = await report(well, ...args);
      expect({ args, code }).toEqual({ args, code: 3 });
      expect(stdout).toContain('**? Not determined**');
      expect(stdout).toContain(why);
    }
    const open = join(directory, 'removed-open.sqlite');
    await addLessened(open, site(answer('tcp/80', 'nec-webpro', { label: 'NEC WebPro' })));
    const { code, stdout } = await report(open, 'two');
    expect(code).toBe(1);
    expect(stdout).toContain(why);
    expect(stdout).toContain('WebPro');
    // It is told as a violation, and not once more as unknown.
    expect(stdout).not.toContain('is not known.');
    const fleet = await report(well, '--fleet');
    expect(fleet.code).toBe(3);
    expect(fleet.stdout).toMatch(/203\.0\.113\.8 +\| the inventory does not have this address any more/);
  });

  test.each([
    [8, null],
    [9, 'is 9 days old. It is not known what changed since. Have it checked again before you rely on this.'],
    [31, 'is 31 days old.'],
  ])('of a check of %i days ago says on its first page how old it is, and what to do', async (days, warning) => {
    const path = join(directory, `aged-${days}.sqlite`);
    const at = new Date(Date.now() - days * 86_400_000 + 60_000).toISOString();
    await addSweep(path, at, [{ client: acme, survey: closed }]);
    // A day begins a minute later.
    const made = new Date(Date.now() - days * 86_400_000 - 60_000).toISOString();
    if (warning !== null) await addSweep(path, made, [{ client: acme, survey: closed }]);
    const { code, stdout } = await runHere(['report', 'acme', '--store', path, '--format', 'markdown']);
    const [first = ''] = stdout.split('## What was checked');
    expect(code).toBe(0);
    if (warning === null) expect(first).not.toContain('days old');
    else expect(first).toContain(`site.example (203.0.113.7): the check that this report shows ${warning}`);
  });

  test('ends with the verdict that it shows, where the last check was before its time', async () => {
    const path = join(directory, 'old.sqlite');
    await addSweep(path, '2026-01-01T03:00:00.000Z', [{ client: acme, survey: closed }]);
    const { code, stdout } = await runHere(['report', 'acme', '--store', path, '--format', 'markdown']);
    expect(stdout).toContain('**? Not determined**');
    expect(stdout).toContain('How all of it is now is not known');
    expect(stdout).toContain('because there was no check');
    expect(code).toBe(3);
  });

  test('shows what stands from an earlier check that the last one could not judge', async () => {
    const path = join(directory, 'blind.sqlite');
    const control = { endpoint: '192.0.2.1:443', before: 'silent', after: null } as const;
    await addSweep(path, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: webPro }]);
    await addSweep(path, '2026-11-02T03:00:00.000Z', [
      { client: acme, survey: survey(site(), { vantage: { control } }) },
    ]);
    const { code, stdout } = await runHere(['report', 'acme', '--store', path, '--format', 'markdown']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/not known to be closed[^#]*WebPro administration/);
  });

  test('does not call "as agreed" what an earlier check found where the last one did not look', async () => {
    const path = join(directory, 'elsewhere.sqlite');
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const everyPort = survey(site(see('tcp/443', 'open')));
    await addSweep(path, at(20), [{ client: acme, survey: everyPort }]);
    await addSweep(path, at(10), [{ client: acme, survey: closed }]);
    const fleet = await runHere(['report', '--fleet', '--store', path, '--format', 'markdown']);
    expect(fleet.stdout).toContain('**✖ Action needed**');
    expect(fleet.code).toBe(1);
    const clients = await runHere(['clients', '--store', path, '--format', 'csv']);
    expect(clients.stdout).toMatch(/,violation,.*,tcp\/443,/);
    expect(await runHere(['report', 'acme', '--store', path])).toMatchObject({ code: 3 });
    expect(await runHere(['show', 'acme', '--store', path])).toMatchObject({ code: 3 });
    // It can be accepted, although no check shows it.
    const until = new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10);
    const accept = ['acme', 'unlisted-endpoint-open', 'tcp/443', '--by', 'Ann', '--reason', 'moves', '--until', until];
    expect(await runHere(['waive', ...accept, '--store', path])).toMatchObject({ code: 0 });
    await addSweep(path, at(8), [{ client: acme, survey: closed }]);
    expect((await runHere(['report', '--fleet', '--store', path])).code).toBe(0);
    expect(await runHere(['waivers', 'revoke', '1', '--store', path])).toMatchObject({ code: 0 });
    await addSweep(path, at(7), [{ client: acme, survey: closed }]);
    expect((await runHere(['report', '--fleet', '--store', path])).code).toBe(1);
    // It is gone once a check saw the port shut.
    await addSweep(path, at(5), [{ client: acme, survey: survey(site(see('tcp/443', 'closed'))) }]);
    expect((await runHere(['report', '--fleet', '--store', path])).code).toBe(0);
    expect((await runHere(['report', 'acme', '--store', path])).code).toBe(0);
  });

  test('does not call "as agreed" what was accepted until a day that is over', async () => {
    const path = join(directory, 'lapsed.sqlite');
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
    const waiver = { clientId: 'acme', rule: 'admin-interface-reachable', endpoint: 'tcp/80', severity: null } as const;
    const grant = async (until: Date) => {
      const opened = await openStore(path);
      const by = { by: 'Ann', reason: 'moves', identity: null, grantedAt: ago(6).toISOString() };
      await opened.addWaiver({ ...waiver, ...by, until: until.toISOString().slice(0, 10) });
      await opened.close();
    };
    const codes = async () => [
      (await runHere(['report', 'acme', '--store', path])).code,
      (await runHere(['show', 'acme', '--store', path, '--format', 'nagios'])).code,
      (await runHere(['report', '--fleet', '--store', path])).code,
      (await runHere(['clients', '--store', path, '--format', 'nagios'])).code,
    ];
    await grant(ago(2));
    await addSweep(path, ago(4).toISOString(), [{ client: acme, survey: webPro }]);
    expect(await codes()).toEqual([1, 2, 1, 2]);
    const then = ['report', 'acme', '--at', ago(3).toISOString(), '--store', path];
    expect((await runHere(then)).code).toBe(0);
    await grant(ago(-9));
    expect(await codes()).toEqual([0, 0, 0, 0]);
  });

  test('of all clients does not rely on what only checks that proved nothing have followed', async () => {
    const path = join(directory, 'blind-for-long.sqlite');
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const control = { endpoint: '192.0.2.1:443', before: 'silent', after: null } as const;
    const blind = survey(site(), { vantage: { control } });
    await addSweep(path, ago(20), [{ client: acme, survey: closed }]);
    for (const days of [3, 2, 1]) await addSweep(path, ago(days), [{ client: acme, survey: blind }]);
    const fleet = await runHere(['report', '--fleet', '--store', path, '--format', 'markdown']);
    expect(fleet.stdout).toContain('no check that counts for 20 days');
    expect(fleet.code).toBe(3);
    const clients = await runHere(['clients', '--store', path, '--format', 'csv']);
    expect(clients.stdout).toContain('no check that counts for 20 days');
  });

  test('is of the check that was stored last, although a clock was ahead before', async () => {
    const path = join(directory, 'ahead.sqlite');
    await addSweep(path, '2031-01-01T03:00:00.000Z', [{ client: acme, survey: closed }]);
    expect((await runHere(['report', 'acme', '--store', path])).code).toBe(3);
    await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: webPro }]);
    expect((await runHere(['report', 'acme', '--store', path])).code).toBe(1);
    expect((await runHere(['show', 'acme', '--store', path])).code).toBe(1);
  });

  test('lists what changed since the last one that was handed over, even if no check came after that', async () => {
    const path = join(directory, 'again.sqlite');
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    for (const [days, seen] of [[20, closed] as const, [10, webPro] as const, [3, closed] as const])
      await addSweep(path, ago(days), [{ client: acme, survey: seen }]);
    const make = async (...args: string[]) => {
      const { stdout, code } = await runHere(['report', 'acme', '--store', path, '--format', 'json', ...args]);
      const { changes, lastReport = null } = handoverSchema.parse(JSON.parse(stdout));
      return { code, lastReport, kinds: changes.map(({ kind }) => kind) };
    };
    expect(await make()).toEqual({ code: 0, lastReport: null, kinds: ['resolved', 'exposed'] });
    const at = ago(5);
    const write = (...args: string[]) => runHere(['report', 'acme', '--store', path, ...args]);
    await write('--at', at, '-o', join(directory, 'again.html'));
    expect(await make()).toEqual({ code: 0, lastReport: at, kinds: ['resolved'] });
    expect((await write('--format', 'markdown')).stdout).toContain(
      `## What changed since the last report, ${at.slice(0, 10)}`,
    );
    // None of these is handed over.
    const later = ago(2);
    await write('--at', later, '--draft', '-o', join(directory, 'again.html'));
    await write('--at', later, '-o', join(directory, 'again.json'));
    await write('--at', later, '--format', 'markdown');
    await write('203.0.113.7', '--at', later, '-o', join(directory, 'again.md'));
    expect((await make()).lastReport).toBe(at);
    await write('--at', later, '-o', join(directory, 'handed.md'));
    expect(await make()).toEqual({ code: 0, lastReport: later, kinds: [] });
    // A check was before that report, and none after it.
    expect((await write('--format', 'markdown')).stdout).toContain('because there was no check.');
    expect((await make('--since', '30d')).kinds).toEqual(['resolved', 'exposed']);
  });

  test('that leaves out what changed before is not noted, nor is what goes to a device', async () => {
    const path = join(directory, 'gap.sqlite');
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await addSweep(path, ago(9), [{ client: acme, survey: closed }]);
    await addSweep(path, ago(4), [{ client: acme, survey: webPro }]);
    const write = (...args: string[]) => runHere(['report', 'acme', '--store', path, '--format', 'markdown', ...args]);
    const gap = await write('--at', ago(2), '--since', ago(3), '-o', join(directory, 'gap.md'));
    expect(gap.stderr).toContain('this one leaves out what changed before it begins');
    await write('--at', ago(2), '-o', '/dev/null');
    expect((await write()).stdout).toContain('WebPro administration (HTTP) is reachable');
    expect((await write()).stdout).not.toContain('since the last report');
  });

  test('that cannot be noted as handed over is written all the same, and says so', async () => {
    const path = join(directory, 'blocked.sqlite');
    await addSweep(path, '2026-11-02T03:00:00.000Z', [{ client: acme, survey: webPro }]);
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const other = new DatabaseSync(path);
    other.exec("create trigger blocked before insert on handed_reports begin select raise(abort, 'blocked'); end");
    other.close();
    const file = join(directory, 'blocked.md');
    const { code, stderr } = await runHere(['report', 'acme', '--store', path, '-o', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('the next report will not begin where this one ends');
    expect(await readFile(file, 'utf8')).toContain('WebPro');
  });

  test('of all clients lists the worst first, and never calls "as agreed" what is not checked', async () => {
    const path = join(directory, 'fleet.sqlite');
    const fine = client('fine', { group: 'north', authorization: { by: 'A', reference: 'B', until: null } });
    const open = client('open', { group: 'south', authorization: { by: 'A', reference: 'B', until: null } });
    const at = new Date(Date.now() - 600_000).toISOString();
    await addSweep(path, at, [
      { client: fine, survey: closed },
      { client: open, survey: webPro },
    ]);
    const all = await runHere(['report', '--fleet', '--store', path, '--format', 'json']);
    expect(all.code).toBe(1);
    const fleet = fleetReportSchema.parse(JSON.parse(all.stdout));
    expect(fleet.standings).toEqual({ violation: 1, inconclusive: 0, compliant: 1, 'no-answer': 0 });
    expect(fleet.rows.map(({ client: { id } }) => id)).toEqual(['open', 'fine']);
    const north = await runHere(['report', '--fleet', '--group', 'north', '--store', path, '--format', 'markdown']);
    expect(north).toMatchObject({ code: 0, stderr: '' });
    expect(north.stdout).toContain('As agreed');
    expect(north.stdout).not.toContain('open Ltd');
    // Not checked for long: what was compliant then says nothing of now.
    const old = await runHere(['report', '--fleet', '--group', 'north', '--store', path, '--stale-after', '5m']);
    expect(old.stdout).toMatch(/1 not checked/);
    expect(old.code).toBe(3);
  });

  test.each([
    [['nobody'], 'the store has no client "nobody"'],
    [['acme', '198.51.100.1'], '"acme" has no address "198.51.100.1" in the store; it has 203.0.113.7'],
    [['acme', '--at', '2026-10-01'], 'has no check of'],
    [[], 'name a client, or give a report with --report FILE, or take all clients with --fleet'],
    [['acme', '--since', '2030-01-01'], '--since is later'],
    [['acme', '--fleet'], 'give a client or --fleet, not both'],
    [['acme', '--group', 'north'], '--group has no effect without --fleet'],
    [['--fleet', '--at', '2026-11-01'], '--at has no effect with --fleet'],
    [['acme', '--format', 'xls'], 'expected html'],
    [['acme', '--draft'], '--draft has an effect on'],
    [['--fleet', '--draft', '-o', 'fleet.html'], '--draft has an effect on'],
    [['acme', '--format', 'pdf', '--pdf-browser', '/nowhere/chromium'], '--pdf-browser: no such program'],
  ])('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await report(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test.each<[string, (report: Report) => void, number, string]>([
    ['whose verdict is better than what it found', (one) => (one.verdict = 'compliant'), 2, 'bad.json: verdict: 203'],
    ['that took longer than there is time', (one) => (one.durationMs = 1e300), 1, ''],
  ])('a file that someone edited, %s, makes no page as if all were well', async (_name, edit, exit, message) => {
    const file = join(directory, 'bad.json');
    const { stdout } = await runHere(['show', 'acme', '--store', store, '--format', 'json']);
    const edited = JSON.parse(stdout) as Report;
    edit(edited);
    await writeFile(file, JSON.stringify(edited));
    const { code, stderr } = await runHere(['report', '--report', file]);
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.stringContaining(message) });
    expect(stderr).not.toContain('internal error');
  });

  test.each([
    ['{', 'not JSON'],
    ['{"a":1}', 'is not a report of sallyport'],
    ['{"schema":"sallyport/report@1"}', ': tool:'],
    ['', 'there is no report in it'],
  ])('a file with %j is refused by its name', async (text, message) => {
    const file = join(directory, 'bad.json');
    await writeFile(file, text);
    const { code, stderr } = await runHere(['report', '--report', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(file);
    expect(stderr).toContain(message);
  });
});
