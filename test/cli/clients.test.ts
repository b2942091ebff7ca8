import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { answer, see, site, survey } from '../check/rules/build-survey.js';
import { addLessened, addSweep, client } from './filled-store.js';
import { createFiles, runHere, sallyport } from './run.js';

const { directory } = createFiles();
const store = join(directory, 'clients.sqlite');
const seen = [
  { client: client('fine', { group: 'north', tags: ['vip'] }), survey: survey(site()) },
  { client: client('open', { group: 'north' }), survey: survey(site(answer('tcp/80', 'nec-webpro'))) },
  { client: client('blurred', { tags: ['vip'] }), survey: survey(site(see('tcp/80', 'error'))) },
  { client: client('worst\u202e'), survey: survey(site(see('tcp/443', 'open'))) },
];
await addSweep(store, '2026-11-01T03:00:00.000Z', seen);
await addSweep(store, '2026-11-05T03:00:00.000Z', seen);

const LATE = ['--stale-after', '40000d'];
const clients = (...args: string[]) => runHere(['clients', ...args, ...LATE, '--store', store]);

async function idsOf(...args: string[]): Promise<string[]> {
  const { stdout } = await clients(...args, '--format', 'json');
  return (JSON.parse(stdout) as { client: { id: string } }[]).map(({ client: { id } }) => id);
}

test('all clients, the worst first, and since when they stand so', async () => {
  const { code, stdout } = await clients();
  expect(code).toBe(0);
  const [, , ...rows] = stdout.trimEnd().split('\n');
  expect(rows.splice(-3)).toEqual([
    '',
    'More on one: sallyport show CLIENT',
    '4 addresses of 4 clients: 2 violation, 1 inconclusive, 1 compliant',
  ]);
  expect(rows.map((row) => row.slice(0, 33).trim())).toEqual([
    '✖ VIOLATION    2026-11-01 open',
    '✖ VIOLATION    2026-11-01 worst\\…',
    '? INCONCLUSIVE 2026-11-01 blurred',
    '✔ COMPLIANT    2026-11-01 fine',
  ]);
  expect(rows[0]).toMatch(/203\.0\.113\.7 +CRITICAL .*tcp\/80/);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(80);
});

test('as CSV, to a file too', async () => {
  const file = join(directory, 'clients.csv');
  expect(await clients('-o', file)).toEqual({ code: 0, stdout: '', stderr: '' });
  const text = readFileSync(file, 'utf8');
  const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
  expect(rows.map(({ client_id, verdict }) => [client_id, verdict])).toEqual([
    ['open', 'violation'],
    ['worst\\u{202e}', 'violation'],
    ['blurred', 'inconclusive'],
    ['fine', 'compliant'],
  ]);
  expect(rows[0]).toMatchObject({ group: 'north', severity: 'critical', endpoint: 'tcp/80', findings: '1' });
  expect((await clients('-o', file)).stderr).toContain('exists already; --force replaces it');
});

test('those of a group, with a tag, of a verdict', async () => {
  expect(await idsOf('--group', 'north')).toEqual(['open', 'fine']);
  expect(await idsOf('--tag', 'vip')).toEqual(['blurred', 'fine']);
  expect(await idsOf('--tag', 'vip', '--group', 'north')).toEqual(['fine']);
  expect(await idsOf('--verdict', 'compliant', '--verdict', 'inconclusive')).toEqual(['blurred', 'fine']);
  const { code, stderr } = await clients('--group', 'nrth');
  expect(code).toBe(2);
  expect(stderr).toContain('no client in the store is of a group "nrth" (did you mean "north"?)');
  const wrongTag = await clients('--tag', 'vip', '--tag', 'vap');
  expect(wrongTag).toMatchObject({ code: 2, stdout: '' });
  expect(wrongTag.stderr).toContain('no client in the store has the tag "vap" (did you mean "vip"?)');
  expect((await clients('--verdict', 'no-answer')).stdout).toMatch(/\nno client stands so\n$/);
  expect((await clients()).stdout).not.toContain('stands so');
});

test('what was not checked, or not to an end, says why', async () => {
  const path = join(directory, 'unchecked.sqlite');
  const problem = 'gone.example resolves to 198.51.100.7, outside 203.0.113.0/24: it may be a stranger\u2019s';
  const target = { input: 'gone.example', name: 'gone.example', address: null, scope: null, problem };
  const control = { endpoint: '192.0.2.1:443', before: 'silent', after: null } as const;
  await addSweep(path, '2026-11-01T03:00:00.000Z', [
    { client: client('moved'), survey: survey([], { target }), slot: 'gone.example' },
    { client: client('blind'), survey: survey(site(), { vantage: { control } }) },
    { client: client('blurred'), survey: survey(site(see('tcp/80', 'error'))) },
    { client: client('fine'), survey: survey(site()) },
  ]);
  const { stdout } = await runHere(['clients', '--store', path, ...LATE], { env: { COLUMNS: '160' } });
  const row = (id: string) => stdout.split('\n').find((line) => line.includes(` ${id} `)) ?? '';
  expect(row('moved')).toMatch(/NOT CHECKED +2026-11-01 .* see below$/);
  expect(stdout).toContain(`\n    not checked: ${problem}\n`);
  expect(row('blind')).toMatch(/NOT CHECKED +2026-11-01 .* not checked: no check has counted yet/);
  expect(row('blurred')).toMatch(/INCONCLUSIVE .* could not be determined$/);
  expect(row('fine')).toMatch(/COMPLIANT .* –$/);
  const listed = await runHere(['clients', '--store', path, '--format', 'json', '--verdict', 'inconclusive', ...LATE]);
  const rows = JSON.parse(listed.stdout) as { client: { id: string }; problem: string | null }[];
  expect(rows.map(({ client: { id }, problem: why }) => [id, why])).toEqual([
    ['blurred', null],
    ['moved', problem],
    ['blind', 'no check has counted yet'],
  ]);
});

test('a violation that stands is listed among the violations, although the last check could not determine it', async () => {
  const path = join(directory, 'ranked.sqlite');
  const open = (port: 'tcp/80' | 'tcp/443') => survey(site(see(port, 'open')));
  await addSweep(path, '2026-11-01T03:00:00.000Z', [
    { client: client('lost'), survey: survey(site(answer('tcp/80', 'nec-webpro'))) },
    { client: client('lesser'), survey: open('tcp/443') },
    { client: client('blurred'), survey: survey(site(see('tcp/80', 'error'))) },
  ]);
  await addSweep(path, '2026-11-02T03:00:00.000Z', [
    { client: client('lost'), survey: survey(site(see('tcp/80', 'error'))) },
  ]);
  const { stdout } = await runHere(['clients', '--store', path, ...LATE]);
  expect(stdout.match(/(?<=2026-11-0\d )\w+/g)).toEqual(['lost', 'lesser', 'blurred']);
});

test('an address that was taken out of the inventory is not checked, and what to do is said', async () => {
  const path = join(directory, 'removed.sqlite');
  await addLessened(path, site(answer('tcp/80', 'nec-webpro')));
  const why = 'the inventory does not have this address any more';
  const { stdout } = await runHere(['clients', '--store', path], { env: { COLUMNS: '120' } });
  expect(stdout).toMatch(
    /VIOLATION .* two .* 203\.0\.113\.8 .*\n +not checked: the inventory does not have this address/,
  );
  expect(stdout).toMatch(/COMPLIANT .* two .* 203\.0\.113\.7 .*–\n/);
  expect(stdout).toMatch(/\nTo list no longer what is in no inventory: sallyport client retire CLIENT\s+\[ADDRESS\]\n/);
  expect(stdout).toContain('Not checked: 1 in no inventory any more\n');
  const of = async (format: string) => (await runHere(['clients', '--store', path, '--format', format])).stdout;
  expect(JSON.parse(await of('json'))).toMatchObject([
    { slot: '203.0.113.8', state: { verdict: 'violation' }, why: 'gone', problem: why },
    { slot: '203.0.113.7', why: null },
  ]);
  expect(await of('csv')).toContain(why);
  expect(await of('prometheus')).toContain('sallyport_complete 0');
  const inventory = join(directory, 'other.csv');
  const row = 'two,203.0.113.0/30;203.0.113.8,closed,Ann,contract';
  writeFileSync(inventory, `id,address,profile,authorized_by,authorization_reference\n${row}`);
  const read = await runHere(['clients', '--store', path, '--format', 'json', '--inventory', inventory]);
  expect(JSON.parse(read.stdout)).toMatchObject([
    { slot: '203.0.113.8', why: null },
    { slot: '203.0.113.7', why: 'gone' },
  ]);
});

describe('clients of an inventory', () => {
  const path = join(directory, 'roster.sqlite');
  const inventory = join(directory, 'clients.csv');
  const rows = [
    'id,name,address,profile,group,authorized_by,authorization_reference,authorized_until,paused',
    'seen,Seen Ltd,203.0.113.7;203.0.113.8,closed,north,Ann,order 1,,',
    'ended,Ended Ltd,203.0.113.9,closed,north,Ann,order 1,2026-11-02,',
    'barred,Barred Ltd,203.0.113.10,closed,south,,,,',
    'asleep,Asleep Ltd,203.0.113.11,closed,south,Ann,order 1,,yes',
    'fresh,Fresh Ltd,2001:DB8::1;name.example,closed,east,Ann,order 1,,',
  ];
  const list = async (...args: string[]) => {
    const { stdout } = await runHere(['clients', '--store', path, '--format', 'json', ...LATE, ...args]);
    const all = JSON.parse(stdout) as { client: { id: string }; slot: string; problem: string; why: string | null }[];
    return all.map(({ client: { id }, slot, why, problem }) => [id, slot, why, problem]);
  };
  const UNSWEPT = [
    ['asleep', '203.0.113.11', 'paused', 'it is paused'],
    ['barred', '203.0.113.10', 'unauthorised', 'no authorisation is given'],
    ['fresh', '2001:DB8::1 name.example', 'new', 'no sweep has checked it yet'],
    ['seen', '203.0.113.8', 'new', 'no sweep has checked it yet'],
  ];
  const ENDED = ['ended', '203.0.113.9', 'unauthorised', 'the authorisation ended on 2026-11-02'];
  const GONE = ['gone', '203.0.113.7', 'gone', 'no inventory has it any more'];

  beforeAll(async () => {
    writeFileSync(inventory, rows.join('\n'));
    await addSweep(path, '2026-11-01T03:00:00.000Z', [
      { client: client('seen', { group: 'north' }), survey: survey(site()) },
      { client: client('ended'), survey: survey(site()), slot: '203.0.113.9' },
      { client: client('gone'), survey: survey(site()) },
    ]);
  });

  test('are listed though no sweep has checked them, each with the reason, if the inventory is named', async () => {
    expect(await list('--inventory', inventory)).toEqual([
      ...UNSWEPT,
      ENDED,
      GONE,
      ['seen', '203.0.113.7', null, null],
    ]);
    expect(await list('--inventory', inventory, '--group', 'east')).toEqual([UNSWEPT[2]]);
    // It was not noted: as before.
    expect((await list()).map(([id, , why]) => [id, why])).toEqual([
      ['ended', null],
      ['gone', null],
      ['seen', null],
    ]);
  });

  test('are noted by a sweep, and then listed without the inventory', async () => {
    const own = join(directory, 'east.sqlite');
    await runHere(['sweep', '--inventory', inventory, '--store', own, '--client', 'barred', '--quiet']);
    const { stdout } = await runHere(['clients', '--store', own]);
    expect(stdout).toMatch(/^– NOT CHECKED +– +asleep .* not checked: it is paused$/m);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Not checked: 2 without a valid authorisation, 1 paused and 2 not swept yet 5 addresses of 5 clients: 5 not checked',
    );
    expect((await runHere(['show', 'fresh', '--store', own])).stderr).toContain(
      'no sweep has checked "fresh" yet, which ',
    );
    expect((await runHere(['report', 'asleep', '--store', own])).stderr).toMatch(
      /no sweep has checked "asleep" yet, which \S+ has: it is paused$/m,
    );
    await runHere(['client', 'forget', 'fresh', '--store', own]);
    expect((await runHere(['clients', '--store', own])).stdout).not.toContain('fresh');
    writeFileSync(inventory, rows.slice(0, 2).join('\n'));
    await runHere(['sweep', '--inventory', inventory, '--store', own, '--exclude', '203.0.113.0/24', '--quiet']);
    const left = await runHere(['clients', '--store', own, '--verdict', 'not-checked']);
    expect(left.stdout.match(/CHECKED +\S+ +(\w+)/g)).toHaveLength(1);
    writeFileSync(inventory, rows.join('\n'));
  });

  test('that were not checked for long say so, and come before those that are well', async () => {
    const stdout = (await runHere(['clients', '--store', path])).stdout;
    expect(stdout).toMatch(/NOT CHECKED .* not checked: no check for \d+ days$/m);
    expect(stdout).not.toContain('COMPLIANT');
    expect(stdout).toContain('\nNot checked: 3 not swept for long\n');
  });
});

test('a violation that stands is asked for as one, although the last check could not determine it', async () => {
  const path = join(directory, 'standing.sqlite');
  const acme = client('acme');
  await addSweep(path, '2026-11-01T03:00:00.000Z', [
    { client: acme, survey: survey(site(answer('tcp/80', 'nec-webpro'))) },
  ]);
  await addSweep(path, '2026-11-02T03:00:00.000Z', [
    { client: acme, survey: survey(site(see('tcp/80', 'error'))) },
    { client: client('blurred'), survey: survey(site(see('tcp/80', 'error'))) },
  ]);
  const list = async (verdict: string) => (await runHere(['clients', '--store', path, '--verdict', verdict])).stdout;
  expect(await list('violation')).toMatch(/VIOLATION +2026-11-02 acme .* CRITICAL/);
  expect(await list('violation')).not.toContain('blurred');
  expect(await list('inconclusive')).toMatch(/ acme [^]* blurred /);
  expect(await list('compliant')).not.toContain('acme');
});

test('every form counts alike: a violation that no check sees now stands, and what is not checked is not well', async () => {
  const path = join(directory, 'alike.sqlite');
  await addSweep(path, '2026-11-01T03:00:00.000Z', [
    { client: client('lost'), survey: survey(site(answer('tcp/80', 'nec-webpro'))) },
    { client: client('well'), survey: survey(site()) },
  ]);
  await addSweep(path, '2026-11-09T03:00:00.000Z', [
    { client: client('lost'), survey: survey(site(see('tcp/80', 'error'))) },
    { client: client('fine'), survey: survey(site()) },
  ]);
  // A day after the first sweep is too long ago, the second is not.
  const days = Math.floor((Date.now() - Date.parse('2026-11-08T03:00:00.000Z')) / 86_400_000);
  const args = ['--store', path, '--stale-after', `${days}d`];
  const list = async (format: string) => runHere(['clients', ...args, '--format', format]);
  expect((await list('table')).stdout).toContain('3 addresses of 3 clients: 1 violation, 1 not checked, 1 compliant');
  expect((await list('csv')).stdout.match(/violation|not checked|compliant/g)!.sort()).toEqual([
    'compliant',
    'not checked',
    'violation',
  ]);
  const plugin = await list('nagios');
  expect({
    code: plugin.code,
    figures: /'compliant'=1;;;0 'violation'=1;;;0 'inconclusive'=1;/.test(plugin.stdout),
  }).toEqual({ code: 2, figures: true });
  expect((await list('prometheus')).stdout.match(/(?<=^probe_success\{client=")\w+(?=.* 1$)/gm)).toEqual(['fine']);
  const fleet = await runHere(['report', '--fleet', ...args, '--format', 'json']);
  expect(JSON.parse(fleet.stdout)).toMatchObject({
    standings: { violation: 1, inconclusive: 0, 'no-answer': 0, compliant: 1 },
    unknownCount: 1,
  });
});

test('a verdict that there is not is refused', async () => {
  const { code, stdout } = await clients('--verdict', 'fine');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('the built command line shows them too', async () => {
  const { code, stdout, stderr } = await sallyport(['clients', '--verdict', 'compliant', '--store', store, ...LATE]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/✔ COMPLIANT +2026-11-01 fine /);
});
