import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { listProfiles } from '../../src/index.js';
import { createFiles, runHere, sallyport } from './run.js';

const files = createFiles();
const SHIPPED = new URL('../../profiles/', import.meta.url);

test.concurrent('profile list has a line for each shipped profile', async () => {
  const { code, stdout, stderr } = await sallyport(['profile', 'list']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const profiles = await listProfiles();
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual(profiles.map(({ name, title }) => [name, title]));
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test('profile show prints the file, comments and all', async () => {
  const { code, stdout } = await runHere(['profile', 'show', 'sip-trunk']);
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(new URL('sip-trunk.yaml', SHIPPED), 'utf8'));
});

test('profile explain says who may reach what', async () => {
  const file = files.write(
    'site.yaml',
    [
      'name: site',
      'title: Our site',
      'extends: sip-trunk',
      'sources: { provider: { title: Example Telecom, cidrs: [192.0.2.0/24] } }',
      'services: { webpro: { endpoints: [tcp/48080] } }',
      '',
    ].join('\n'),
  );
  const { code, stdout } = await runHere(['profile', 'explain', file]);
  expect(code).toBe(0);
  expect(stdout).toContain('site: Our site');
  expect(stdout).toMatch(/^Example Telecom \(source provider; 192\.0\.2\.0\/24\)\n {2}must reach\n {4}SIP trunks: /m);
  expect(stdout).toMatch(/^Everyone else \(source outsider\)\n {2}must not reach\n {4}WebPro .*: tcp\/48080$/m);
});

describe('profile validate', () => {
  test.each(['closed', 'remote-maintenance'])('finds %s valid', async (name) => {
    expect(await runHere(['profile', 'validate', name])).toEqual({ code: 0, stdout: `${name}: valid\n`, stderr: '' });
  });

  test('tells all mistakes of a file, each at its line and column, with exit code 2', async () => {
    const file = files.write(
      'wrong.yaml',
      [
        'name: wrong',
        'title: Wrong',
        'shedule: daily',
        'sources:',
        '  provider: { title: Example, cidr: [192.0.2.0/24] }',
        'services:',
        '  webpro: { endpoints: [tcp/80x], from: { provider: never } }',
        '',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await runHere(['profile', 'validate', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    const at = (place: string, what: string) => expect.stringContaining(`sallyport: ${file}:${place}: ${what}`);
    expect(lines.sort()).toEqual([
      at('3:1', 'shedule: unknown key'),
      at('5:31', 'sources.provider.cidr: unknown key (did you mean "cidrs"?)'),
      at('7:25', 'services.webpro.endpoints[0]: expected an endpoint'),
      at('7:43', 'services.webpro.from.provider: '),
    ]);
  });

  test('finds a cycle and a missing parent', async () => {
    const one = files.write('one.yaml', 'name: one\ntitle: One\nextends: ./two.yaml\n');
    const two = files.write('two.yaml', 'name: two\ntitle: Two\nextends: ./one.yaml\n');
    expect((await runHere(['profile', 'validate', one])).stderr).toContain(`${two}:3:1: extends: `);
    const orphan = files.write('orphan.yaml', 'name: orphan\ntitle: Orphan\nextends: sip-trnk\n');
    const { code, stderr } = await runHere(['profile', 'validate', orphan]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${orphan}:3:1: extends: no profile "sip-trnk" (did you mean "sip-trunk"?)`);
  });

  test('a file that is no text, or none at all', async () => {
    const binary = files.write('binary.yaml', '\0\x01\x02');
    expect((await runHere(['profile', 'validate', binary])).code).toBe(2);
    expect(await runHere(['profile', 'validate', files.directory + '/'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sallyport: ${files.directory}/: is a directory\n`,
    });
  });
});

test('what a profile says is escaped where it is shown', async () => {
  const file = files.write('hostile.yaml', 'name: hostile\ntitle: "a\\e[31mb\\u202e"\ndescription: "\x9b2J \u202e"\n');
  for (const command of ['show', 'explain']) {
    const { stdout } = await runHere(['profile', command, file]);
    expect(stdout).toContain('hostile');
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\x1b\x9b\u202e]/);
  }
});
