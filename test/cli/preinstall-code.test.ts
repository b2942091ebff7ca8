import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseJobLine } from '../../src/cli/kit/vantage-job.js';
import { InviteFolder } from '../../src/files/invites/invite-folder.js';
import { parseListen } from '../../src/files/server/listen.js';
import { hashToken } from '../../src/files/server/token-file.js';
import { loadProfile } from '../../src/files/profiles/profile.js';
import type { SiteReport } from '../../src/model/site.js';
import { startVantage, type Vantage } from '../../src/vantage/start-vantage.js';
import { makeCertificate } from '../vantage/make-certificate.js';
import { createFiles, runHere } from './run.js';

const files = createFiles();
const pathOf = (name: string) => join(files.directory, name);
const { cert, key } = makeCertificate();
const pin = new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();

let vantage: Vantage;
let folder: InviteFolder;
beforeAll(async () => {
  writeFileSync(pathOf('tokens'), `ann sha256:${hashToken('x').toString('hex')}\n`, { mode: 0o600 });
  const tls = { cert: files.write('cert.pem', cert), key: files.write('key.pem', key) };
  const listen = parseListen('127.0.0.1:0');
  const ports = { sipPort: 0, stunPorts: [0, 0] as const };
  const invites = pathOf('invites');
  vantage = await startVantage({ listen, tokenFile: pathOf('tokens'), tls, invites, allowSpecial: true, ...ports });
  folder = await InviteFolder.open(invites);
});
afterAll(() => vantage.close());

const invite = async () => {
  const profile = { ...(await loadProfile('sip-trunk')), file: null };
  const wanted = { client: 'acme', profile, source: 'outsider', addresses: [], createdBy: null };
  return (await folder.make(wanted, 600, new Date())).code;
};
const host = () => `localhost:${new URL(vantage.url).port}`;
const run = (line: string, ...more: string[]) =>
  runHere([
    ...['preinstall', '--code', line, '--gateway', '127.0.0.1', '--no-multicast', '--timing', 'fast'],
    ...['--store', pathOf('store'), '--format', 'json', ...more],
  ]);

describe('preinstall --code', () => {
  test('fetches vantage, token and profile of the job with one line, and goes on with it', async () => {
    const line = `${(await invite()).toLowerCase()}@${host()}#${pin}`;
    const first = await run(line);
    expect(first.stderr).toMatch(/^sallyport: the job of acme, profile sip-trunk: valid until /);
    const report = JSON.parse(first.stdout) as SiteReport;
    expect(report).toMatchObject({ kind: 'preinstall', client: 'acme', profile: { name: 'sip-trunk' } });
    expect(report.evidence.outside).toMatchObject({ address: '127.0.0.1', problems: [] });
    // The code is used up; the same line goes on with the job that it got.
    const again = await run(line, '--again');
    expect(again.code).toBe(first.code);
    expect(JSON.parse(again.stdout)).toHaveProperty('changes');
    const kept = readdirSync(pathOf('jobs'));
    expect(kept).toHaveLength(1);
    expect(statSync(join(pathOf('jobs'), kept[0]!)).mode & 0o777).toBe(0o600);
  }, 120_000);

  test('sends no code to a server with another certificate', async () => {
    const code = await invite();
    const { stderr, code: exit } = await run(`${code}@${host()}#${'0'.repeat(64)}`);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/shows another certificate than the one that the code is for: nothing was sent to it/);
    // Nor to one that no one vouches for.
    const untrusted = await run(`${code}@${host()}`);
    expect(untrusted.stderr).toMatch(/has no certificate to trust: it is self-signed/);
    const job = await run(`${code}@${host()}`, '--vantage-ca', pathOf('cert.pem'), '--pbx-address', '203.0.113.1');
    expect(job.stderr).toMatch(/the job of acme/);
  });

  test('says that a code is not valid', async () => {
    const { code, stdout, stderr } = await run(`0000-0000@${host()}#${pin}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^sallyport: the vantage localhost:\d+ does not take the code: this code is not valid/);
  });

  test('takes no job that is over for one that goes on', async () => {
    const line = `${await invite()}@${host()}#${pin}`;
    const name = createHash('sha256')
      .update(`${line.split('@')[0]!.replace('-', '')}@${host()}`)
      .digest('hex');
    mkdirSync(pathOf('jobs'), { recursive: true });
    writeFileSync(join(pathOf('jobs'), `${name}.json`), '{"url":"https://203.0.113.1"}');
    expect((await run(line, '--pbx-address', '203.0.113.1')).stderr).toMatch(/the job of acme/);
  });

  test.each([
    ['K7QM-2XPA', /^sallyport: --code: expected CODE@HOST/],
    ['K7QM-2XP@vantage.example.com', /expected CODE@HOST/],
    ['K7QM-2XPA@http://vantage.example.com', /expected CODE@HOST/],
    ['K7QM-2XPA@user:x@vantage.example.com', /expected CODE@HOST/],
    ['K7QM-2XPA@vantage.example.com/path', /expected CODE@HOST/],
    ['K7QM-2XPA@[::1]:8443', /it must be an IPv4 address or a name/],
    ['K7QM-2XPA@vantage.example.com#abc', /expected CODE@HOST/],
  ])('%s is refused, and the code not shown', async (line, problem) => {
    const { code, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stderr).toMatch(problem);
    expect(stderr.replace('such as K7QM-2XPA@', '')).not.toContain('K7QM');
  });

  test('is not for a vantage that is named as well', async () => {
    const line = 'K7QM-2XPA@vantage.example.com';
    expect((await run(line, '--vantage', 'https://x.example')).stderr).toMatch(/leave out --vantage and --token-file/);
    const pinned = await run(`${line}#${pin}`, '--vantage-ca', pathOf('cert.pem'));
    expect(pinned.stderr).toMatch(/--vantage-ca has no effect/);
  });
});

test('a line is taken apart', () => {
  const { code, url, fingerprint } = parseJobLine(`k7qm 2xpa@Vantage.Example:8443#${'AB'.repeat(32)}`);
  expect([code, url.href, fingerprint]).toEqual(['K7QM2XPA', 'https://vantage.example:8443/', 'ab'.repeat(32)]);
});
