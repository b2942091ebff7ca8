import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SITES } from '../../src/lab/sites.js';
import { tarpit } from '../../src/lab/servers/hostile.js';
import { startSite, type Site } from '../../src/lab/start-site.js';
import type { Report } from '../../src/index.js';
import { requireValid } from '../check/checking.js';
import { createFiles, type HereOptions, runHere, sallyport } from './run.js';
import { REPORT_FORMATS } from '../../src/reports/registry.js';
import { listChoices } from '../../src/words/sentence.js';

const files = createFiles();
const ALIVE = '127.0.44.1';
const CLOSED = '127.0.44.2';

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

let site: Site;
let hostile: Site;
beforeAll(async () => {
  site = await startSite(SITES.forwarded, { address: ALIVE, ports: 'ephemeral' });
  hostile = await startSite(SITES.hostile, { address: '127.0.44.3', ports: 'ephemeral' });
});
afterAll(() => Promise.all([site.stop(), hostile.stop()]));

/** The command that checks the site with the SIP trunk, or other targets. */
function command(args: readonly string[], targets: readonly string[] = [ALIVE]): string[] {
  const service = `sip-trunk=${site.services['sip-trunk']![0]}`;
  return ['check', ...targets, '--allow-special', '--service', service, ...args];
}

const check = (args: readonly string[], options: HereOptions = {}, targets?: readonly string[]) =>
  runHere(command(args, targets), options);

const AS_PROVIDER = ['--profile', 'sip-trunk', '--source', 'provider'];

test('COLUMNS is honoured, and --full shows what is the same in most reports', async () => {
  const { stdout } = await check(AS_PROVIDER, { env: { COLUMNS: '60' } });
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(stdout).toMatch(/\d things cannot be determined from\s+outside/);
  const full = await check([...AS_PROVIDER, '--full']);
  expect(full.stdout).toContain('WHAT COULD NOT BE DETERMINED\n  - ');
  expect(full.stdout).not.toContain('cannot be determined');
});

test.concurrent('the exit code is 0 where all is as agreed', async () => {
  const { code, stdout, stderr } = await sallyport(command(AS_PROVIDER));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^✔ COMPLIANT {2}127\.0\.44\.1$/m);
});

test.concurrent('the exit code is 1 for a violation, from the severity of --fail-on', async () => {
  const { code, stdout, stderr } = await sallyport(command(['--fail-on', 'high']));
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(/^✖ VIOLATION {2}127\.0\.44\.1$/m);
  expect((await sallyport(command(['--fail-on', 'critical']))).code).toBe(0);
});

test.concurrent('the exit code is 3 where nothing can be said', async () => {
  const { code, stdout, stderr } = await sallyport(command(['--control', `${CLOSED}:1`]));
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  expect(stdout).toMatch(/^\? INCONCLUSIVE {2}127\.0\.44\.1$/m);
});

test('the exit code of several targets is that of the worst: 1 before 3 before 0', async () => {
  // Open without a word of SIP: whether the trunk works is not known. Closed: it does not.
  const mute = { service: null, endpoints: [`tcp/${site.services['sip-trunk']![0]!}`], server: tarpit() } as const;
  const unknown = await startSite({ ...SITES.forwarded, servers: [mute] }, { address: '127.0.44.4' });
  const codeOf = async (...targets: string[]) => (await check([...AS_PROVIDER, '--timeout', '0.3'], {}, targets)).code;
  try {
    expect(await codeOf(unknown.address)).toBe(3);
    expect(await codeOf(ALIVE, unknown.address)).toBe(3);
    expect(await codeOf(CLOSED, unknown.address, ALIVE)).toBe(1);
  } finally {
    await unknown.stop();
  }
});

test('--format json is one report, alone on standard output', async () => {
  const { stdout, stderr } = await check(['--format', 'json', ...AS_PROVIDER]);
  const report: unknown = JSON.parse(stdout);
  requireValid(report);
  expect(report).toMatchObject({ verdict: 'compliant', target: { address: ALIVE }, profile: { name: 'sip-trunk' } });
  expect(stderr).toBe('');
});

test('--format json is an array for several targets, also where the input turns out bad', async () => {
  const { stdout } = await check(['--format', 'json'], {}, [ALIVE, CLOSED]);
  const reports = JSON.parse(stdout) as Report[];
  expect(reports.map(({ verdict }) => verdict).sort()).toEqual(['compliant', 'violation']);
  const onStart = ({ stdin, stdout: out }: ChildProcess) => {
    stdin!.write(`${CLOSED}\n`);
    out!.once('data', () => stdin!.end('300.1.1.1\n'));
  };
  const cut = await sallyport(command(['--format', 'json', '-iL', '-'], []), { onStart });
  expect(cut.code).toBe(2);
  expect(JSON.parse(cut.stdout)).toHaveLength(1);
});

test('--format ndjson is a report a line', async () => {
  const { stdout } = await check(['--format', 'ndjson'], {}, [ALIVE, CLOSED]);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) requireValid(JSON.parse(line));
});

test('--format table is a row for each of several targets, and fits 80 columns', async () => {
  const { stdout } = await check([], {}, [ALIVE, CLOSED]);
  expect(stdout).toMatch(/^✖ VIOLATION +127\.0\.44\.1 /m);
  expect(stdout).toMatch(/^✔ COMPLIANT +127\.0\.44\.2 /m);
  expect(stdout).toContain('2 targets: ✖ VIOLATION 1, ? INCONCLUSIVE 0, ✔ COMPLIANT 1');
  for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
});

test('--format table tells reasons with --reason', async () => {
  expect((await check([])).stdout).not.toContain('conn-refused');
  expect((await check(['--reason'])).stdout).toContain('conn-refused');
});

test('colours are off away from a terminal, and follow flags and the environment', async () => {
  const isColoured = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { stdout } = await check(args, { env });
    expect(stdout).toContain('VIOLATION');
    return stdout.includes('\x1b[');
  };
  const cases: [boolean, string[], NodeJS.ProcessEnv?][] = [
    [false, []],
    [true, [], { FORCE_COLOR: '1' }],
    [false, [], { FORCE_COLOR: '0' }],
    [false, [], { FORCE_COLOR: '1', NO_COLOR: '1' }],
    [false, ['--no-color'], { FORCE_COLOR: '1' }],
    [true, ['--color'], { NO_COLOR: '1' }],
    [true, [], { SALLYPORT_COLOR: 'yes' }],
  ];
  const seen = [];
  for (const [, args, env] of cases) seen.push(await isColoured(args, env));
  expect(seen).toEqual(cases.map(([coloured]) => coloured));
});

test('colours never get into JSON', async () => {
  const { stdout } = await check(['--format', 'json', '--color'], { env: { FORCE_COLOR: '3' } });
  expect(stdout).not.toContain('\x1b');
  expect(stdout).not.toContain('\\u001b');
});

test('-o writes the report to a file, without colours, and nothing to standard output', async () => {
  const file = join(files.directory, 'report.json');
  const ran = await check(['-o', file]);
  const last = `sallyport: VIOLATION: the report of 1 target is in ${file}\n`;
  expect(ran).toEqual({ code: 1, stdout: '', stderr: last });
  requireValid(JSON.parse(readFileSync(file, 'utf8')));
  await check(['-o', file, '--force', '--format', 'table', '--quiet'], { env: { FORCE_COLOR: '1' } });
  const table = readFileSync(file, 'utf8');
  expect(table).toContain('VIOLATION');
  expect(table).not.toContain('\x1b');
});

test('-o replaces no file without --force, and says so before anything is sent', async () => {
  const file = files.write('mine.ndjson', 'mine');
  expect(await check(['-o', file])).toEqual({
    code: 2,
    stdout: '',
    stderr: `sallyport: ${file}: exists already; --force replaces it\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect((await check(['-o', file, '--force', '--quiet'])).code).toBe(1);
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(1);
  requireValid(JSON.parse(readFileSync(file, 'utf8')));
});

test.each([
  ['a report of one target', ['-o', 'FILE']],
  ['reports of many', ['-o', 'FILE', '--format', 'ndjson']],
])('-o replaces %s of the run before, and a file that is empty', async (_what, args) => {
  const file = files.write('again.json', '');
  const run = () => check([...args.map((arg) => (arg === 'FILE' ? file : arg)), '--quiet']);
  expect((await run()).code).toBe(1);
  expect((await run()).code).toBe(1);
  requireValid(JSON.parse(readFileSync(file, 'utf8')));
});

test('the format follows the ending where none is given', async () => {
  const formatOf = async (name: string, ...args: string[]) => {
    const file = join(files.directory, name);
    expect((await check(['-o', file, '--quiet', ...args])).code).toBe(1);
    const text = readFileSync(file, 'utf8');
    if (text.startsWith('\ufeff')) return 'csv';
    return text.startsWith('{"') ? 'ndjson' : text.startsWith('[') || text.startsWith('{') ? 'json' : 'table';
  };
  expect(await formatOf('a.json')).toBe('json');
  expect(await formatOf('a.NDJSON')).toBe('ndjson');
  expect(await formatOf('a.jsonl')).toBe('ndjson');
  expect(await formatOf('a.txt')).toBe('table');
  expect(await formatOf('a')).toBe('table');
  expect(await formatOf('b.json', '--format', 'table')).toBe('table');
  expect(await formatOf('a.csv')).toBe('csv');
  const file = join(files.directory, 'a.xlsx');
  const { code, stderr } = await check(['-o', file]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `sallyport: ${file}: there is no format ".xlsx" here: give --format ${listChoices(REPORT_FORMATS)}\n`,
  });
  expect(existsSync(file)).toBe(false);
});

test('a file that got nothing does not stay', async () => {
  const file = join(files.directory, 'nothing.json');
  const { code } = await runHere(['check', '-iL', '-', '-o', file], { input: '# no target\n' });
  expect({ code, there: existsSync(file) }).toEqual({ code: 2, there: false });
});

test('-o - is standard output', async () => {
  const { stdout } = await check(['-o', '-']);
  expect(stdout).toContain('VIOLATION');
});

(existsSync('/dev/full') ? test : test.skip)('-o tells of a full disk in one line, with exit code 2', async () => {
  expect(await check(['-o', '/dev/full'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'sallyport: /dev/full: cannot be written: no space left\n',
  });
});

test.concurrent('a hostile site gets nothing raw into any form of output', async () => {
  const moved = Object.entries(hostile.services).flatMap(([id, ports]) => ['--service', `${id}=${ports.join(',')}`]);
  const fixed = ['check', hostile.address, '--allow-special', '--timeout', '0.5', '--reason', ...moved];
  const formats = ['table', 'json', 'ndjson'];
  const runs = await Promise.all(formats.map((format) => sallyport([...fixed, '--format', format])));
  for (const { code, stdout, stderr } of runs) {
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('OWNED');
    expect(CONTROLS.exec(stdout)).toBeNull();
  }
});
