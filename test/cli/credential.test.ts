import { randomInt } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { CREDENTIAL_KIND_IDS } from '../../src/credentials/credential-kind.js';
import { judgeCredential } from '../../src/credentials/judge-credential.js';
import { CREDENTIAL_KINDS } from '../../src/credentials/registry.js';
import { type Ran, runHere, sallyport, words } from './run.js';

const SECRET = 'Zq7vXk93Jw';

/** That no part of a credential is in what was printed. */
function expectNothingOf(credential: string, { stdout, stderr }: Ran): void {
  for (let at = 0; at + 3 <= credential.length; at++) {
    expect(stdout + stderr).not.toContain(credential.slice(at, at + 3));
  }
}

describe('a credential on standard input is judged', () => {
  test.each([
    ['voicemail-code --extension 104', '7304\n', 0],
    ['voicemail-code --extension 9 --extension 730', '7304\n', 1],
    ['voicemail-code --phone +1(202)555-7304', '7304\n', 1],
    ['voicemail-code', '7304\r\n', 0],
    ['voicemail-code', '7304', 0],
    ['voicemail-code', ' 7304\n', 1],
    ['voicemail-code', '7304\r', 1],
    ['voicemail-code', '\ufeff7304\n', 1],
    ['installer-name', 'kR7#mpVxq2\n', 0],
    ['installer-password', '5#*68370\n', 0],
    ['sip-password --user Smith', 'sX33mD8W9aSm1thjm5y5vYir\n', 1],
    ['sip-password --company Smith', 'sX33mD8W9aSm1thjm5y5vYir\n', 1],
    ['sip-password', 'sX33mD8W9aLjm5y5vYir\n', 0],
    ['sip-password', `${'é'.repeat(128)}\n`, 1],
    ['sip-password', `${'x'.repeat(256)}\r\n`, 1],
  ])('%s: %j gives %i', async (command, input, code) => {
    const ran = await runHere(['credential', ...words(command)], { input });
    expect(ran).toMatchObject({ code, stderr: '' });
    expect(ran.stdout).toContain(code === 0 ? '✔ ACCEPTABLE' : '✖ NOT ACCEPTABLE');
  });

  test.concurrent('as JSON', async () => {
    const { code, stdout } = await sallyport(words('credential sip-password --format json'), { input: 'short:1\n' });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'sip-password',
      acceptable: false,
      problems: CREDENTIAL_KINDS['sip-password'].rules
        .filter(({ id }) => ['too-short', 'too-weak', 'fragile-characters'].includes(id))
        .map(({ id, level, message }) => ({ rule: id, level, message })),
      strength: 'weak',
    });
  });

  test('and the table says what is wrong with it', async () => {
    const { stdout } = await runHere(words('credential voicemail-code'), { input: '1379\n' });
    expect(stdout).toMatch(/^✖ NOT ACCEPTABLE {2}voicemail code\n {2}- It contains a pattern on the keypad: /);
    expect(stdout).toMatch(/\[common\]\nsallyport credential voicemail-code --propose prints an acceptable one\n$/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each(CREDENTIAL_KIND_IDS)('and nothing of it is told: %s', async (kind) => {
    // Of characters that no word has three of in a row.
    const credential = `\x1b]0;${Array.from({ length: 12 }, () => 'ZQJX79'[randomInt(6)]).join('')}`;
    for (const format of ['table', 'json']) {
      const ran = await runHere(['credential', kind, '--format', format], { input: `${credential}\n` });
      expect(ran).toMatchObject({ code: 1, stderr: '' });
      expectNothingOf(credential, ran);
    }
  });
});

describe('what cannot be read as one line is an error that tells nothing of it:', () => {
  test.each([
    ['nothing', '', 'no SIP password was given'],
    ['an empty line', '\n', 'no SIP password was given'],
    ['an empty line of Windows', '\r\n', 'no SIP password was given'],
    ['two lines', `${SECRET}\n${SECRET}\n`, 'more than one line was given'],
    ['a line and an empty one', `${SECRET}\n\n`, 'more than one line was given'],
    ['257 bytes', `${'x'.repeat(257)}\n`, 'more than 256 bytes were given'],
    ['257 bytes without an end', 'x'.repeat(257), 'more than 256 bytes were given'],
  ])('%s', async (_what, input, message) => {
    const ran = await runHere(words('credential sip-password'), { input });
    expect(ran).toEqual({ code: 2, stdout: '', stderr: `sallyport: ${message}\n` });
  });

  test.concurrent('a megabyte, as a user sees it', async () => {
    const ran = await sallyport(words('credential sip-password'), { input: SECRET.repeat(100_000) });
    expect(ran).toEqual({ code: 2, stdout: '', stderr: 'sallyport: more than 256 bytes were given\n' });
  });
});

describe('a credential as an argument is refused and not repeated:', () => {
  const never = /choose another\n$/;

  test.each<[string, RegExp]>([
    [`credential sip-password ${SECRET}`, never],
    [`credential ${SECRET} sip-password`, never],
    [`credential ${SECRET}`, never],
    [`credential sip-password -- ${SECRET}`, never],
    [`credential sip-password --${SECRET}`, never],
    [`credential sip-password --${SECRET}=1`, never],
    [`credential sip-password --password ${SECRET}`, never],
    [`credential sip-password --password=${SECRET}`, never],
    [`credential sip-password -p${SECRET}`, never],
    [`credential sip-password -iL ${SECRET}`, never],
    [`credential sip-password -X${SECRET}`, never],
    [`credential sip-password --propose ${SECRET}`, never],
    [`--format json credential sip-password ${SECRET}`, never],
    [`credential sip-password --propose=${SECRET}`, /--propose: expected true or false\n$/],
    [`credential sip-password --no-propose`, /--propose: takes no value\n$/],
    [`credential sip-password --format ${SECRET}`, /--format: expected table or json\n$/],
    [`credential sip-password --format json --format ${SECRET}`, /./],
    [`credential sip-password --extension ${SECRET}`, /--extension: expected 1 to 8 digits\n$/],
    [`credential sip-password --phone ${SECRET}`, /--phone: expected a number of 3 to 20 digits\n$/],
    [`credential sip-password --company ${SECRET.repeat(20)}`, /--company: expected at most 128 characters\n$/],
    [`credential sip-password --propose --count ${SECRET}`, /--count: expected a whole number from 1 to 100\n$/],
    [`credentail sip-password ${SECRET}`, /unknown command "credentail" \(did you mean "credential"\?\)\n$/],
    ['credential', /kind is missing: expected installer-name, .* or sip-password\n$/],
    ['credential sip-password --extension', /--extension: a value is missing\n$/],
    ['credential sip-password --company --format json', /--company: a value is missing\n$/],
    ['credential sip-password --user AB', /--user: expected a word of three letters or more\n$/],
    ['credential sip-password --count 2', /--count: only valid with --propose\n$/],
    ['credential sip-password --propose --count 101', /--count: expected a whole number from 1 to 100\n$/],
    ['credential sip-password --propose --count 1.5', /--count: expected a whole number from 1 to 100\n$/],
  ])('%s', async (command, message) => {
    const ran = await runHere(words(command));
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^sallyport: [^\n]*\n$/);
    expect(ran.stderr).toMatch(message);
    expectNothingOf(SECRET, ran);
  });

  test.concurrent('as a user sees it', async () => {
    const ran = await sallyport(['credential', 'sip-password', SECRET], { input: `${SECRET}\n` });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expectNothingOf(SECRET, ran);
  });

  test.each(['--help', '--version'])('with %s', async (flag) => {
    const ran = await runHere(['credential', 'sip-password', SECRET, flag]);
    expectNothingOf(SECRET, ran);
  });

  test('nor is one in the environment looked at', async () => {
    const env = { SALLYPORT_CREDENTIAL: SECRET, SALLYPORT_EXTENSION: '104' };
    const ran = await runHere(words('credential voicemail-code'), { input: '1047\n', env });
    expect(ran.stdout).not.toContain('[extension]');
    expectNothingOf(SECRET, ran);
  });
});

describe('--propose', () => {
  test.each(CREDENTIAL_KIND_IDS)('prints acceptable ones alone: %s', async (kind) => {
    const site = ['--extension', '104', '--extension', '20', '--phone', '202-555-0143', '--company', 'Example Dental'];
    const { code, stdout, stderr } = await runHere(['credential', kind, '--propose', '--count', '20', ...site]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const proposals = stdout.split('\n').slice(0, -1);
    expect(new Set(proposals).size).toBe(20);
    const context = { extensions: ['104', '20'], phones: ['2025550143'], names: ['Example Dental'], others: [] };
    for (const proposal of proposals) {
      expect(judgeCredential(CREDENTIAL_KINDS[kind], proposal, context)).toMatchObject({
        acceptable: true,
        problems: [],
      });
    }
  });

  test('as JSON, and one where no count is given', async () => {
    const { code, stdout } = await runHere(words('credential voicemail-code --propose --format json'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'voicemail-code',
      proposals: [expect.stringMatching(/^\d{4}$/) as unknown],
    });
  });

  test('says so where nothing is left', async () => {
    const extensions = Array.from({ length: 1000 }, (_, number) => ['--extension', String(number).padStart(3, '0')]);
    const ran = await runHere(['credential', 'voicemail-code', '--propose', ...extensions.flat()]);
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sallyport: no further voicemail code is left that these numbers and names do not exclude\n',
    });
  });
});
