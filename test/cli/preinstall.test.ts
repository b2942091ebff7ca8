import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { command as preinstall } from '../../src/cli/commands/preinstall.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import { parseListen } from '../../src/files/server/listen.js';
import { hashToken } from '../../src/files/server/token-file.js';
import { siteReportSchema, type SiteReport } from '../../src/model/site.js';
import { startVantage, type Vantage } from '../../src/vantage/start-vantage.js';
import { createFiles, type Ran, runHere, sallyport, words } from './run.js';

const files = createFiles();
const TOKEN = 'spt_a-token';
const pathOf = (name: string) => join(files.directory, name);

let vantage: Vantage;
let here: string[];
/** Most of a run is waiting for answers: this one goes on beside the others, in a process of its own. */
let unasked: Promise<Ran>;
beforeAll(async () => {
  writeFileSync(pathOf('tokens'), `ann sha256:${hashToken(TOKEN).toString('hex')}\n`, { mode: 0o600 });
  writeFileSync(pathOf('token'), `${TOKEN}\n`, { mode: 0o600 });
  const listen = parseListen('127.0.0.1:0');
  vantage = await startVantage({
    ...{ listen, tokenFile: pathOf('tokens'), sipPort: 0, stunPorts: [0, 0], allowSpecial: true },
  });
  // Loopback alone: the gateway is named, and nobody else is asked.
  const lan = ['--gateway', '127.0.0.1', '--no-multicast', '--timing', 'fast'];
  here = ['preinstall', '--vantage', vantage.url, '--token-file', pathOf('token'), ...lan, '--store', pathOf('store')];
  const [, , , ...others] = here;
  unasked = sallyport(['preinstall', '--vantage', 'http://127.0.0.1:9', ...others, '--no-color']);
});
afterAll(() => vantage.close());

describe('sallyport preinstall', () => {
  test('writes the report of a site, keeps it, and tells what changed when it is run again', async () => {
    const first = await runHere([...here, '--client', 'acme', '--format', 'json']);
    const report = JSON.parse(first.stdout) as SiteReport;
    expect(siteReportSchema.safeParse(report).error).toBeUndefined();
    expect(report).toMatchObject({ kind: 'preinstall', client: 'acme', interrupted: false });
    expect(report.evidence).toMatchObject({
      outside: { address: '127.0.0.1', problems: [] },
      checklist: { checklist: 'nec-sl' },
    });
    expect(first.code).toBe({ compliant: 0, violation: 1, inconclusive: 3 }[report.verdict]);

    const file = pathOf('second.txt');
    const again = await runHere([...here, '--client', 'acme', '--again', '--output', file]);
    const word = { compliant: 'FIT TO INSTALL', violation: 'NOT FIT', inconclusive: 'NOT VERIFIED' }[report.verdict];
    const stderr = `sallyport: ${word}: the report is in ${file}\n`;
    expect(again).toMatchObject({ code: first.code, stdout: '', stderr });
    expect(readFileSync(file, 'utf8')).toMatch(/^SINCE \d{4}-/m);

    const third = await runHere([...here, '--client', 'acme', '--again', '--format', 'ndjson']);
    type Found = { readonly endpoint: string | null }[];
    const document = JSON.parse(third.stdout) as SiteReport & {
      changes: { from: string; findings: { gone: Found; new: Found } };
    };
    expect(third.stdout.trimEnd()).not.toContain('\n');
    // The checks of other tests leave from port 5060 of this address for a moment, which is silent then, not closed.
    const { findings } = document.changes;
    const others = (found: Found) => found.filter(({ endpoint }) => endpoint !== 'udp/5060');
    expect([others(findings.gone), others(findings.new)]).toEqual([[], []]);

    const store = await openStore(pathOf('store'));
    const kept = await store.listSiteReports('acme', 10);
    await store.close();
    expect(kept.map(({ report: { client } }) => client)).toEqual(['acme', 'acme', 'acme']);
    expect(document.changes.from).toBe(kept[1]!.report.startedAt);
  }, 120_000);

  test('a vantage that cannot be asked is no verdict, exit 3', async () => {
    const { code, stdout } = await unasked;
    expect(code).toBe(3);
    expect(stdout).toContain('could not be reached');
  });

  test('tells all its options within 80 columns', async () => {
    const { code, stdout: help } = await runHere(['preinstall', '--help']);
    expect(code).toBe(0);
    for (const name of Object.keys(preinstall.options)) expect(help).toMatch(new RegExp(`--${name} `));
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  // None of these asks anybody: the error comes first, and the token is never repeated.
  test.each<[string, string]>([
    ['', 'no vantage server is given: name it with --vantage URL'],
    ['--vantage https://vantage.example.com', 'no token is given: name its file with --token-file FILE'],
    ['--vantage vantage.example.com --token-file T', 'it is not a URL such as https://vantage.example.com'],
    ['--vantage http://vantage.example.com --token-file T', 'it must be https://'],
    ['--vantage https://vantage.example.com --token-file nowhere', 'nowhere: no such file'],
    ['--vantage https://vantage.example.com --token-file T --vantage-ca nowhere', 'nowhere: no such file'],
    ['--vantage https://vantage.example.com --token-file T --vantage-ca T', 'no certificate in PEM form'],
    ['--pbx-address 203.0.113.1', '--pbx-address 203.0.113.1 is not a private address'],
    ['--gateway x --pbx-address y', '--pbx-address y: expected an IPv4 address'],
    ['--stand-in --pbx-address 192.168.77.10', 'this machine does not have that address'],
    ['--firewall-open', '--firewall-open has no effect without --stand-in'],
    ['--test-port tcp/47123', '--test-port has no effect without --stand-in'],
    ['--stand-in --test-port 47123', '--test-port 47123: expected an endpoint such as tcp/47123'],
    ['--stand-in --test-port tcp/8000', '--test-port tcp/8000: a port of PCPro programming; choose a free one'],
    ['--client a --client b', '--client: expected one value, not 2'],
    ['--client ../x', '../x'],
    ['--vantage https://vantage.example.com --token-file T --binding 6m', '--binding 6m: expected from 1s to 5m'],
    ['--vantage https://vantage.example.com --token-file T --checklist x', '--checklist needs --client'],
    ['--vantage https://vantage.example.com --token-file T --again', 'there is no earlier run without --client'],
    ['--profile nowhere', 'nowhere'],
    ['--stand-inn', 'unknown option --stand-inn (did you mean "--stand-in"?)'],
  ])('preinstall %s', async (command, message) => {
    const args = words(command).map((word) => (word === 'T' ? pathOf('token') : word));
    const { code, stdout, stderr } = await runHere(['preinstall', ...args, '--store', pathOf('unused')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(TOKEN);
  });
});
