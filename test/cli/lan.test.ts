import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { command as lan } from '../../src/cli/commands/lan.js';
import { siteReportSchema, type SiteReport } from '../../src/model/site.js';
import { createFiles, type Ran, runHere, sallyport, words } from './run.js';
import { SITE_FORMATS } from '../../src/reports/site-reporters.js';
import { listChoices } from '../../src/words/sentence.js';

const files = createFiles();

/** Loopback alone: a gateway is named, and nobody else is asked. */
const HERE = ['lan', '--gateway', '127.0.0.1', '--no-multicast', '--timeout', '0.3'];

/** Most of a run is waiting for answers: these go on beside the others, each in a process of its own. */
let table: Promise<Ran>;
let moved: Promise<Ran>;
beforeAll(() => {
  table = sallyport([...HERE, '--no-color']);
  moved = sallyport([...HERE, '--service', 'webpro=8081', '--pbx', '127.0.48.1', '--format', 'ndjson']);
});

describe('sallyport lan', () => {
  test('writes the report of a site as JSON to a file, and ends by its verdict', async () => {
    const file = join(files.directory, 'site.json');
    const { code, stdout, stderr } = await runHere([...HERE, '--pbx', '127.0.48.1', '--output', file]);
    expect(stdout).toBe('');
    const report = JSON.parse(readFileSync(file, 'utf8')) as SiteReport;
    expect(siteReportSchema.safeParse(report).error).toBeUndefined();
    expect(report).toMatchObject({ kind: 'lan', interrupted: false, profile: { name: 'closed' } });
    expect(report.evidence).toMatchObject({ outside: null, standIn: null, pbxAddress: '127.0.48.1' });
    expect(report.evidence.lan).toMatchObject({ gateways: [{ address: '127.0.0.1' }], pbx: { address: '127.0.48.1' } });
    expect(code).toBe({ compliant: 0, violation: 1, inconclusive: 3 }[report.verdict]);
    expect(stderr).toBe(`sallyport: ${report.verdict.toUpperCase()}: the report is in ${file}\n`);
    const mine = files.write('mine.json', 'mine');
    expect((await runHere([...HERE, '--output', mine])).stderr).toContain('exists already; --force replaces it');
  });

  test('writes a table for people', async () => {
    const { code, stdout, stderr } = await table;
    expect([0, 1, 3]).toContain(code);
    expect(stdout).toContain('127.0.0.1');
    expect(stderr).toBe('');
  });

  test('looks for services where they were moved', async () => {
    const { stdout } = await moved;
    expect(stdout.trimEnd()).not.toContain('\n');
    const { evidence } = JSON.parse(stdout) as SiteReport;
    const webpro = evidence.lan.pbx!.observations.filter(({ service }) => service === 'webpro');
    expect(webpro.map(({ endpoint }) => endpoint)).toEqual(['tcp/8081']);
  });

  test('tells all its options within 80 columns', async () => {
    const { code, stdout: help } = await runHere(['lan', '--help']);
    expect(code).toBe(0);
    for (const name of Object.keys(lan.options)) expect(help).toMatch(new RegExp(`--${name} `));
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

// None of these is ever asked: the error comes first.
test.each<[string, string]>([
  ['lan --gateway 203.0.113.1', '--gateway 203.0.113.1 is not a private address: sallyport lan checks the LAN only'],
  ['lan --pbx pbx.example.com', '--pbx pbx.example.com: expected an IPv4 address, such as 192.168.1.1'],
  [
    'lan --gateway 203.0.113.1 --gateway x --pbx 224.0.0.1',
    '--gateway 203.0.113.1 is not a private address: sallyport lan checks the LAN only\n' +
      '--gateway x: expected an IPv4 address, such as 192.168.1.1\n' +
      '--pbx 224.0.0.1 is not a private address: sallyport lan checks the LAN only',
  ],
  ['lan --gatway 127.0.0.1', 'unknown option --gatway (did you mean "--gateway"?)'],
  ['lan 192.168.1.1', 'unexpected argument "192.168.1.1"'],
  ['lan --pbx', '--pbx: a value is missing'],
  ['lan --format xml', `--format: expected ${listChoices(SITE_FORMATS)}`],
])('%s', async (command, message) => {
  const { code, stdout, stderr } = await runHere(words(command));
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  for (const line of message.split('\n')) expect(stderr).toContain(line);
});
