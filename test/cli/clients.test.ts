import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { answer, see, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
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

const clients = (...args: string[]) => runHere(['clients', ...args, '--store', store]);

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
    '4 addresses of 4 clients: 2 violation, 1 inconclusive, 1 compliant',
    'More on one: sallyport show CLIENT',
  ]);
  expect(rows.map((row) => row.slice(0, 33).trim())).toEqual([
    '✖ VIOLATION    2026-11-01 open',
    '✖ VIOLATION    2026-11-01 worst\\u',
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
  expect((await clients('--verdict', 'no-answer')).stdout).toMatch(/\nno client in the store stands so\n$/);
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
  const { stdout } = await runHere(['clients', '--store', path], { env: { COLUMNS: '160' } });
  const row = (id: string) => stdout.split('\n').find((line) => line.includes(` ${id} `)) ?? '';
  expect(row('moved')).toMatch(
    /INCONCLUSIVE 2026-11-01 .* not checked: gone\.example resolves to 198\.51\.100\.7, outside/,
  );
  expect(row('blind')).toMatch(/INCONCLUSIVE 2026-11-01 .* not checked: no check has counted yet/);
  expect(row('blurred')).toMatch(/INCONCLUSIVE .* could not be determined$/);
  expect(row('fine')).toMatch(/COMPLIANT .* –$/);
  const listed = await runHere(['clients', '--store', path, '--format', 'json', '--verdict', 'inconclusive']);
  const rows = JSON.parse(listed.stdout) as { client: { id: string }; problem: string | null }[];
  expect(rows.map(({ client: { id }, problem: why }) => [id, why])).toEqual([
    ['blurred', null],
    ['moved', problem],
    ['blind', 'no check has counted yet'],
  ]);
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
  expect(await list('violation')).toMatch(/INCONCLUSIVE 2026-11-02 acme .* CRITICAL/);
  expect(await list('violation')).not.toContain('blurred');
  expect(await list('inconclusive')).toMatch(/ acme [^]* blurred /);
  expect(await list('compliant')).not.toContain('acme');
});

test('a verdict that there is not is refused', async () => {
  const { code, stdout } = await clients('--verdict', 'fine');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('the built command line shows them too', async () => {
  const { code, stdout, stderr } = await sallyport(['clients', '--verdict', 'compliant', '--store', store]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/✔ COMPLIANT +2026-11-01 fine /);
});
