import { describe, expect, test } from '@jest/globals';
import { command as check } from '../../src/cli/commands/check.js';
import { COMMANDS } from '../../src/cli/commands/registry.js';
import { checkValue, type Option, readText } from '../../src/cli/kit/option.js';
import { readSettings } from '../../src/cli/kit/settings.js';
import { createFiles, runHere } from './run.js';
import { REPORT_FORMATS } from '../../src/reports/registry.js';
import { listChoices } from '../../src/words/sentence.js';

/** What the options of check are set to; another command has none of the variables, unless it is said. */
const settingsOf = (flags: object, env: NodeJS.ProcessEnv, elsewhere: readonly string[] = []) =>
  readSettings(check.options, { ...flags }, env, (name) => Promise.resolve(elsewhere.includes(name)));

const files = createFiles();

describe('a configuration file ranks below the environment, and that below flags', () => {
  const config = files.write('ranks.yaml', 'timing: polite\nrate: 10\nretries: 1\nquiet: true\n');

  test('option by option', async () => {
    const env = { SALLYPORT_RATE: '20', SALLYPORT_RETRIES: '2', SALLYPORT_QUIET: 'no' };
    expect(await settingsOf({ config, retries: 3 }, env)).toEqual({
      config,
      timing: 'polite',
      rate: 20,
      retries: 3,
      quiet: false,
    });
  });

  test('the file itself may be named by the environment', async () => {
    expect(await settingsOf({}, { SALLYPORT_CONFIG: config })).toMatchObject({ timing: 'polite', rate: 10 });
    const other = files.write('other.yaml', 'timing: fast\n');
    expect(await settingsOf({ config: other }, { SALLYPORT_CONFIG: config })).toEqual({
      config: other,
      timing: 'fast',
    });
  });

  test('as a user sees it', async () => {
    const check = (args: readonly string[], env = {}) =>
      runHere(['check', '127.0.41.1', '--allow-special', '--dry-run', ...args], { env });
    const rateOf = async (...run: Parameters<typeof check>) =>
      /Up to (\d+) packets per second/.exec((await check(...run)).stdout)?.[1];
    const env = { SALLYPORT_RATE: '20' };
    expect(await rateOf(['--config', config])).toBe('10');
    expect(await rateOf(['--config', config], env)).toBe('20');
    expect(await rateOf(['--config', config, '--rate', '30'], env)).toBe('30');
  });
});

describe('a configuration file', () => {
  test('has the keys of the flags, with YAML values', async () => {
    const config = files.write(
      'keys.yaml',
      'input-list: targets.txt\nexclude: [192.0.2.1, 192.0.2.2]\nports: 80\nall-ports: false\nfail-on: high\n',
    );
    expect(await settingsOf({ config }, {})).toEqual({
      config,
      'input-list': ['targets.txt'],
      exclude: ['192.0.2.1', '192.0.2.2'],
      ports: '80',
      'all-ports': false,
      'fail-on': 'high',
    });
  });

  test.each([
    ['ports: [80, 443]', '1:1: ports: expected one value, not 2'],
    ['\nquiet: "yes"', '2:1: quiet: expected true or false'],
    ['timing: fsat', '1:1: timing: expected polite, normal or fast (did you mean "fast"?)'],
    ['output: true', '1:1: output: a value is missing'],
    ['config: other.yaml', '1:1: config: unknown option'],
    ['fast', '1:1: expected options such as'],
    ['- quiet', '1:1: expected options such as "timing: polite", one on each line'],
  ])('with %j is refused at its place', async (text, message) => {
    const config = files.write('wrong.yaml', `${text}\n`);
    await expect(settingsOf({ config }, {})).rejects.toThrow(`${config}:${message}`);
  });

  test('tells all problems with their places', async () => {
    const config = files.write(
      'all-wrong.yaml',
      'timng: fast\nrate: { pps: 50 }\n__proto__: 1\nexclude:\nquiet: [[1]]\ntiming: fsat\n',
    );
    const problems = [
      '1:1: timng: unknown option (did you mean "timing"?)',
      '2:1: rate: expected text, a number, true, false or a list',
      '3:1: __proto__: unknown option',
      '4:1: exclude: expected text, a number, true, false or a list',
      '5:1: quiet: expected text, a number, true, false or a list',
      '6:1: timing: expected polite, normal or fast (did you mean "fast"?)',
    ];
    await expect(settingsOf({ config }, {})).rejects.toThrow(problems.map((one) => `${config}:${one}`).join('\n'));
  });

  test.each(['# nothing yet\n', ''])('may be empty: %j', async (text) => {
    const config = files.write('empty.yaml', text);
    expect(await settingsOf({ config }, {})).toEqual({ config });
  });
});

describe('the environment', () => {
  test.each(['true', 'TRUE', 'yes', 'on', '1'])('takes %s for on', async (text) => {
    expect(await settingsOf({}, { SALLYPORT_ALLOW_SPECIAL: text })).toEqual({ 'allow-special': true });
  });

  test.each(['false', 'no', 'off', '0'])('takes %s for off', async (text) => {
    expect(await settingsOf({}, { SALLYPORT_CANARIES: text })).toEqual({ canaries: false });
  });

  test('separates lists by white space', async () => {
    expect(await settingsOf({}, { SALLYPORT_SERVICE: 'webpro=8081,8082 pcpro=8001' })).toEqual({
      service: ['webpro=8081,8082', 'pcpro=8001'],
    });
  });

  test('counts an empty variable as not set', async () => {
    expect(await settingsOf({}, { SALLYPORT_RATE: '', SALLYPORT_PROFILE: '' })).toEqual({});
  });

  test.each([
    [{ SALLYPORT_RATE: 'abc' }, 'SALLYPORT_RATE: expected a number from 0.1 to 1000000'],
    [{ SALLYPORT_RATE: ' ' }, 'SALLYPORT_RATE: expected a number from 0.1 to 1000000'],
    [{ SALLYPORT_QUIET: 'perhaps' }, 'SALLYPORT_QUIET: expected true or false'],
    [{ SALLYPORT_QUIET: 'constructor' }, 'SALLYPORT_QUIET: expected true or false'],
    [{ SALLYPORT_FORMAT: 'xls' }, `SALLYPORT_FORMAT: expected ${listChoices(REPORT_FORMATS)}`],
    [{ SALLYPORT_EXCLUDE_FIL: 'x' }, 'SALLYPORT_EXCLUDE_FIL is not an option (did you mean "exclude-file"?)'],
    [{ SALLYPORT_PORT: '80' }, 'SALLYPORT_PORT is not an option (did you mean "ports"?)'],
  ])('%j is refused by its name', async (env, message) => {
    await expect(settingsOf({}, env)).rejects.toThrow(message);
  });

  test('may hold variables of others, and of other commands', async () => {
    expect(await settingsOf({}, { SALLYPORT_DATABASE_URL: 'x', SALLYPORT_: 'x', sallyport_rate: '1' })).toEqual({});
  });

  test('may hold one that looks mistyped, where another command has it', async () => {
    const env = { SALLYPORT_PORT: '80' };
    expect(await settingsOf({}, env, ['port'])).toEqual({});
    await expect(settingsOf({}, env, ['ports'])).rejects.toThrow('is not an option');
  });

  test('is refused in one line too', async () => {
    const ran = await runHere(['check', '192.0.2.1'], { env: { SALLYPORT_TIMNG: 'polite' } });
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sallyport: SALLYPORT_TIMNG is not an option (did you mean "timing"?)\n',
    });
  });
});

const ALL: [string, Option][] = [];
for (const [name, { load }] of Object.entries(COMMANDS)) {
  const { command } = await load();
  for (const { options, words } of [command, ...Object.values(command.subcommands ?? {})])
    for (const [key, option] of Object.entries({ ...words, ...options })) ALL.push([`${name} ${key}`, option]);
}

describe('every option', () => {
  test.each(ALL)('%s is a switch, a number with limits, a choice or text', (_name, option) => {
    const kinds = [option.switch, option.limits, option.choices].filter((kind) => kind !== undefined);
    expect(kinds.length).toBeLessThanOrEqual(1);
    expect(option.describe).toMatch(/^\S.*[^.\s]$/);
  });

  test.each(ALL)('%s refuses values of another kind', (_name, option) => {
    for (const value of [null, undefined, {}, [], [[]], NaN, '']) {
      if (option.list && Array.isArray(value) && value.length === 0) continue;
      expect(checkValue(option, value)).toHaveProperty('problem');
    }
    expect(checkValue(option, readText(option, ''))).toHaveProperty('problem');
  });
});
