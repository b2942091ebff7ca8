import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFormat } from '../../src/cli/kit/failure.js';
import { chooseFormat, CLIENTS_FORMAT, REPORT_FORMAT } from '../../src/cli/kit/format.js';
import { SITE_FORMAT } from '../../src/cli/kit/site-options.js';
import { SITES } from '../../src/lab/sites.js';
import { type Site, startSite } from '../../src/lab/start-site.js';
import { answer, see, site as seenSite, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere, sallyport, words } from './run.js';

const files = createFiles();

describe('the format that a file is called by', () => {
  const choose = (output: string) => chooseFormat({ format: undefined, output }, REPORT_FORMAT.format);

  test.each([
    ['a.json', 'json'],
    ['a.sarif', 'sarif'],
    ['a.SARIF.json', 'sarif'],
    ['results.defectdojo.json', 'defectdojo'],
    ['junit.xml', 'junit'],
    ['TEST.junit.xml', 'junit'],
    ['scan.nmap.xml', 'nmap-xml'],
    ['textfile/sallyport.prom', 'prometheus'],
    ['a.jsonl', 'ndjson'],
    ['sarif', 'table'],
    ['sarif.d/report', 'table'],
    ['a.txt', 'table'],
  ])('%s is %s', (output, format) => {
    expect(choose(output)).toBe(format);
  });

  test('what is given counts more', () => {
    expect(chooseFormat({ format: 'junit', output: 'a.json' }, REPORT_FORMAT.format)).toBe('junit');
  });

  test('an ending of several formats is refused', () => {
    expect(() => choose('a.xml')).toThrow('a.xml: ".xml" may be nmap-xml or junit: give --format table, json');
  });

  test('so is one of a format that does not fit, with the reason', () => {
    expect(() => chooseFormat({ format: undefined, output: 'a.sarif' }, CLIENTS_FORMAT.format)).toThrow(
      /^a\.sarif: "sarif" does not fit: a result is of a check, .*; give --format table, /,
    );
    expect(() => chooseFormat({ format: undefined, output: 'a.csv' }, SITE_FORMAT.format)).toThrow(
      /^a\.csv: "csv" does not fit: a row has an address .*; give --format table, json, /,
    );
  });
});

test.each([
  [['check', '--format', 'nagios'], {}, 'nagios'],
  [['check', '--format=nagios', '--format', 'json'], {}, 'json'],
  [['check', '--', '--format', 'nagios'], {}, undefined],
  [['check', '--format'], {}, undefined],
  [['check'], { SALLYPORT_FORMAT: 'nagios' }, 'nagios'],
])('%j with %j asks for %s', (argv, env, format) => {
  expect(findFormat(argv, env)).toBe(format);
});

describe('a plugin of Nagios', () => {
  const ALIVE = '127.0.49.1';
  let site: Site;
  beforeAll(async () => {
    site = await startSite(SITES.forwarded, { address: ALIVE, ports: 'ephemeral' });
  });
  afterAll(() => site.stop());
  const check = (...args: string[]) =>
    sallyport([
      ...['check', ALIVE, '--allow-special', '--format', 'nagios', '-q'],
      ...['--service', `sip-trunk=${site.services['sip-trunk']![0]}`, ...args],
    ]);

  test.concurrent.each([
    ['all as agreed', ['--profile', 'sip-trunk', '--source', 'provider'], 0, 'OK'],
    ['a violation', [], 2, 'CRITICAL'],
    ['a violation below the severity', ['--critical-from', 'critical'], 1, 'WARNING'],
    ['nothing known', ['--control', '127.0.49.2:1'], 3, 'UNKNOWN'],
    ['bad usage', ['--rate', 'abc'], 3, 'UNKNOWN'],
    ['a file that is not there', ['--profile', './none.yaml'], 3, 'UNKNOWN'],
  ] as const)('%s', async (_what, args, code, status) => {
    const ran = await check(...args);
    expect(ran.stdout).toMatch(new RegExp(`^SALLYPORT ${status} - `));
    expect(ran.code).toBe(code);
  });

  test('a configuration file may ask for it', async () => {
    const config = files.write('nagios.yaml', 'format: nagios\nprofile: ./none.yaml\n');
    const { code, stdout } = await runHere(['check', ALIVE, '--allow-special', '--config', config]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'SALLYPORT UNKNOWN - ./none.yaml: no such file\n' });
  });
});

describe('from the store', () => {
  const store = join(files.directory, 'formats.sqlite');
  const at = new Date(Date.now() - 86_400_000).toISOString();
  beforeAll(() =>
    addSweep(store, at, [
      { client: client('fine', { group: 'good' }), survey: survey(seenSite()) },
      { client: client('open', { group: 'bad' }), survey: survey(seenSite(answer('tcp/80', 'nec-webpro'))) },
      { client: client('blurred', { group: 'unknown' }), survey: survey(seenSite(see('tcp/80', 'error'))) },
    ]),
  );
  const run = (command: string) => runHere([...words(command), '--store', store]);

  test.each([
    ['clients --format nagios', 2, 'SALLYPORT CRITICAL - 3 addresses: 1 compliant, 1 violation, 1 inconclusive | '],
    ['clients --format nagios --group good', 0, 'SALLYPORT OK - fine Ltd (fine), 203.0.113.7: as agreed | '],
    ['clients --format nagios --group unknown', 3, 'SALLYPORT UNKNOWN - blurred Ltd (blurred), 203.0.113.7: '],
    ['clients --format nagios --group good --stale-after 1h', 3, 'SALLYPORT UNKNOWN - fine Ltd (fine), 203.0.113.7: '],
    ['clients --format nagios --group none', 3, 'SALLYPORT UNKNOWN - no client in the store is of a group "none"'],
    ['show fine --format nagios', 0, 'SALLYPORT OK - fine Ltd (fine), '],
    ['show fine --format nagios --stale-after 1h', 3, 'SALLYPORT UNKNOWN - fine Ltd (fine), '],
    ['show open --format nagios', 2, 'SALLYPORT CRITICAL - open Ltd (open), '],
    ['show none --format nagios', 3, 'SALLYPORT UNKNOWN - the store has no client "none"'],
  ])('%s', async (command, code, start) => {
    const ran = await run(command);
    expect(ran.stdout.startsWith(start)).toBe(true);
    expect(ran.code).toBe(code);
  });

  test('clients as metrics', async () => {
    const { code, stdout } = await run('clients --format prometheus');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'probe_success{client="fine",client_name="fine Ltd",group="good",target="203.0.113.7"} 1\n',
    );
    expect(stdout).toContain(
      `{client="open",client_name="open Ltd",group="bad",target="203.0.113.7"} ${Date.parse(at) / 1000}\n`,
    );
  });

  test('the time is that of the last check that came to the verdict, not of the first', async () => {
    const path = join(files.directory, 'again.sqlite');
    const fine = { client: client('fine'), survey: survey(seenSite()) };
    const blind = {
      client: client('fine'),
      survey: survey(seenSite(), {
        vantage: { control: { endpoint: '192.0.2.1:443', before: 'silent', after: null } },
      }),
    };
    await addSweep(path, '2026-11-01T03:00:00.000Z', [fine]);
    await addSweep(path, '2026-11-05T03:00:00.000Z', [fine]);
    // We could not see: that proves nothing.
    await addSweep(path, '2026-11-09T03:00:00.000Z', [blind]);
    const { stdout } = await runHere(['clients', '--format', 'json', '--store', path]);
    expect(JSON.parse(stdout)).toMatchObject([{ at: '2026-11-01T03:00:00.000Z', seenAt: '2026-11-05T03:00:00.000Z' }]);
  });

  test('a report by the ending of its file', async () => {
    const file = join(files.directory, 'open.sarif');
    expect((await run(`show open -q -o ${file}`)).code).toBe(1);
    const log = JSON.parse(readFileSync(file, 'utf8')) as { runs: { results: unknown[] }[] };
    expect(JSON.stringify(log.runs[0]!.results[0])).toContain('"uri":"clients/open/203.0.113.7/tcp/80"');
  });

  test.each([
    [
      'clients --format sarif',
      /^sallyport: --format: "sarif" does not fit: a result is of a check, .*: use show or sweep\n$/,
    ],
    ['lan --format nagios', /^sallyport: --format: "nagios" does not fit: a monitor asks again and again, /],
    ['show open --format xml', /^sallyport: --format: expected table, json, /],
  ])('%s is refused', async (command, message) => {
    const { code, stderr } = await runHere(words(command));
    expect(code).toBe(command.includes('nagios') ? 3 : 2);
    expect(stderr).toMatch(message);
    expect(existsSync('sarif')).toBe(false);
  });
});
