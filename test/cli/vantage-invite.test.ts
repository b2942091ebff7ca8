import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { makeCertificate } from '../vantage/make-certificate.js';
import { createFiles, runHere, words } from './run.js';

const files = createFiles();
const folder = join(files.directory, 'invites');

describe('sallyport vantage invite', () => {
  test('prints a code once, and what to do at the site', async () => {
    const { cert } = makeCertificate();
    const url = `--url https://vantage.example.com --tls-cert ${files.write('cert.pem', cert)}`;
    const asked = `vantage invite acme --invites ${folder} --profile sip-trunk --valid 2h --address 203.0.113.7 ${url}`;
    const { code, stdout, stderr } = await runHere(words(asked));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\n$/);
    expect(stderr).toMatch(/^sallyport: the code of acme is shown only now; it can be used once, until \d{4}-/);
    expect(stderr).toContain('at the site, open https://vantage.example.com/ and give the code');
    const line = new RegExp(`preinstall --code ${stdout.trim()}@vantage\\.example\\.com#[0-9a-f]{64}\n$`);
    expect(stderr).toMatch(line);
    const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.open.json'));
    const invite = JSON.parse(readFileSync(join(folder, name), 'utf8')) as object;
    expect(invite).toMatchObject({ client: 'acme', source: 'outsider', addresses: ['203.0.113.7'], createdBy: null });
    expect(invite).toMatchObject({ profile: { name: 'sip-trunk', file: null } });
  });

  test.each<[string, RegExp]>([
    ['vantage invite', /client is missing/],
    ['vantage invite acme', /--invites DIR is missing/],
    ['vantage invite a/b --invites DIR', /"a\/b" is not a client id/],
    ['vantage invite acme --invites DIR --profile none', /none/],
    ['vantage invite acme --invites DIR --source nowhere', /has no source "nowhere"/],
    ['vantage invite acme --invites DIR --valid 30s', /--valid 30s: expected from 1m to 7d/],
    ['vantage invite acme --invites DIR --valid 8d', /--valid: expected a time of at most a week/],
    ['vantage invite acme --invites DIR --address example.com', /--address example\.com: expected an address/],
    ['vantage invite acme --invites DIR --url http://vantage.example.com', /--url .*: http:\/\/ would show/],
    ['vantage invite acme --invites DIR --url https://x.example/path', /without a path/],
    ['vantage invite acme --invites DIR --tls-cert x', /--tls-cert has no effect without --url/],
  ])('%s is refused', async (command, problem) => {
    const { code, stdout, stderr } = await runHere(words(command.replace('DIR', join(files.directory, 'other'))));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(problem);
  });
});
