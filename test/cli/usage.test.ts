import { describe, expect, test } from '@jest/globals';
import { VERSION } from '../../src/index.js';
import { command as check } from '../../src/cli/commands/check.js';
import { COMMANDS } from '../../src/cli/commands/registry.js';
import { createFiles, type Ran, runHere, sallyport, words } from './run.js';
import { REPORT_FORMATS } from '../../src/reports/registry.js';
import { listChoices } from '../../src/words/sentence.js';

const files = createFiles();

describe('--version and --help', () => {
  test.concurrent.each(['--version', '-V', 'check --version'])('%s prints the version alone', async (command) => {
    expect(await sallyport(words(command))).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  test.each(['--help', '-h'])('%s lists the commands and the exit codes', async (flag) => {
    const { code, stdout, stderr } = await runHere([flag]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['check', 'profile', 'completion']) expect(stdout).toContain(`sallyport ${command}`);
    expect(stdout).toContain('Exit codes: 0 compliant, 1 violation');
  });

  test.each([[], ['help']])('%j is help too', async (...args) => {
    expect(await runHere(args)).toEqual(await runHere(['--help']));
  });

  test('help COMMAND is the help of a command, and of a further word', async () => {
    expect(await runHere(['help', 'check'])).toEqual(await runHere(['check', '--help']));
    const { code, stdout } = await runHere(['help', 'profile', 'show']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: sallyport profile show <profile> \[options\]\n/);
  });

  test.each(Object.keys(COMMANDS))('%s --help fits 80 columns', async (name) => {
    const { code, stdout, stderr } = await runHere([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('check --help tells of every option, within 80 columns', async () => {
    const { code, stdout } = await runHere(['check', '--help']);
    expect(code).toBe(0);
    for (const name of Object.keys(check.options)) expect(stdout).toContain(`--${name} `);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.concurrent('speaks English whatever the locale', async () => {
    const { stderr } = await sallyport(['check', '--nope'], { env: { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' } });
    expect(stderr).toBe('sallyport: unknown option --nope\n');
  });
});

describe('what is wrong is told in one line on standard error, with exit code 2:', () => {
  const bad = files.write('bad.yaml', 'name: bad\ntitle: Bad\nservices:\n  webpro:\n    endpoints: [tcp/99999]\n');
  const many = files.write('many.txt', '# a network\n127.0.41.0/28\n\n127.0.40.1 # one more\n');
  const special = files.write('special.txt', '# our sites\n192.0.2.7\n');
  const unread = files.write('unread.txt', '127.0.41.1\n127.0.41.999\n');
  const options = files.write('options.yaml', 'timing: polite\nrate: fast\n');
  const unknown = files.write('unknown.yaml', 'quiet: true\ntimming: polite\n');

  // None of these addresses is ever asked: the error comes first.
  const cases: [string, RegExp | string][] = [
    ['chekc 192.0.2.1', 'unknown command "chekc" (did you mean "check"?)'],
    ['frobnicate', 'unknown command "frobnicate"; sallyport --help lists the commands'],
    ['192.0.2.1', 'unknown command "192.0.2.1"; to check it: sallyport check 192.0.2.1'],
    ['pbx.example.com', 'unknown command "pbx.example.com"; to check it: sallyport check pbx.example.com'],
    ['2001:db8::1', 'unknown command "2001:db8::1"; to check it: sallyport check 2001:db8::1'],
    ['help chekc', 'unknown command "chekc" (did you mean "check"?)'],
    ['--nope', 'unknown option --nope; see sallyport --help'],
    ['--nope check 192.0.2.1', 'unknown option --nope'],
    ['--quiet check 192.0.2.1', '--quiet: options come after the command'],
    ['check', /^no target is given: /],
    [
      'check 192.0.2.1',
      /^192\.0\.2\.1 is a documentation address .* it is an example: give .* \(in a laboratory, --allow-special checks/,
    ],
    ['check --allow-special 255.255.255.255', /never checked$/],
    ['check 192.0.2.256', /^"192\.0\.2\.256" is not an address/],
    ['check 0x7f000001', /^"0x7f000001" is not an address/],
    ['check -- --help', /"--help"/],
    ['check 192.0.2.1 --proflie x', 'unknown option --proflie (did you mean "--profile"?)'],
    ['check 192.0.2.1 --find-movd', 'unknown option --find-movd (did you mean "--find-moved"?)'],
    ['check 192.0.2.1 -z', 'unknown option -z'],
    ['check 192.0.2.1 --service.webpro=81', /^unknown option --service\.webpro/],
    ['check --allow-special 127.0.41.1 -p 80,http', 'bad port "http": expected a number or a range such as 5060-5080'],
    ['check --allow-special 127.0.41.1 -p 0', /^bad port "0"/],
    ['check --allow-special 127.0.41.1 -p', '-p: a value is missing'],
    ['check 192.0.2.1 --rate abc', '--rate: expected a number from 0.1 to 1000000'],
    ['check 192.0.2.1 --rate=', '--rate: expected a number from 0.1 to 1000000'],
    ['check 192.0.2.1 --rate 0', '--rate: expected a number from 0.1 to 1000000'],
    ['check 192.0.2.1 --no-rate', '--rate: expected a number from 0.1 to 1000000'],
    ['check 192.0.2.1 --rate 1 --rate 2', '--rate: expected one value, not 2'],
    ['check 192.0.2.1 --rate --quiet', '--rate: a value is missing'],
    ['check 192.0.2.1 --retries 1.5', '--retries: expected a whole number from 0 to 10'],
    ['check 192.0.2.1 --max-sockets 0', '--max-sockets: expected a whole number from 1 to 1000000'],
    ['check 192.0.2.1 --timeout -1', '--timeout: expected a number from 0.1 to 3600'],
    ['check 192.0.2.1 --timing slow', '--timing: expected polite, normal or fast'],
    ['check 192.0.2.1 --format jsn', `--format: expected ${listChoices(REPORT_FORMATS)} (did you mean "json"?)`],
    ['check 192.0.2.1 --quiet=maybe', '--quiet: expected true or false'],
    ['check 192.0.2.1 --profile closed --profile closed', '--profile: expected one value, not 2'],
    ['check 192.0.2.1 --no-profile', '--profile: a value is missing'],
    ['check 192.0.2.1 --profile=', '--profile: a value is missing'],
    ['check --allow-special 127.0.41.1 --profile clsed', /^no profile "clsed" \(did you mean "closed"\?\)/],
    ['check --allow-special 127.0.41.1 --profile ./none.yaml', './none.yaml: no such file'],
    [
      `check --allow-special 127.0.41.1 --profile ${bad}`,
      `${bad}:5:17: services.webpro.endpoints[0]: bad port "tcp/99999": ports are 1 to 65535`,
    ],
    [
      'check --allow-special 127.0.41.1 --source provider',
      'profile closed has no source "provider"; its sources are outsider',
    ],
    ['check --allow-special 127.0.41.1 --service webpro', 'bad service "webpro": expected a form such as webpro=8081'],
    ['check --allow-special 127.0.41.1 --service webpo=81', 'unknown service "webpo" (did you mean "webpro"?)'],
    ['check --allow-special 127.0.41.1 --service webpro=70000', /^bad port "webpro=70000"/],
    ['check --allow-special 127.0.41.1 --service webpro=81 --service webpro=82', /^service "webpro" is moved twice/],
    ['check --allow-special 127.0.41.1 127.0.41.2 --all-ports', '--all-ports takes exactly one target address'],
    ['check --allow-special 127.0.41.1 --all-ports -p 80', '--all-ports and --ports cannot be used together'],
    ['check --allow-special 127.0.41.1 --spread 30', /^--spread: expected a time of at most a week, with its unit/],
    ['check --allow-special 127.0.41.1 --spread 8d', /^--spread: expected/],
    ['check --allow-special 127.0.41.1 --spread 0s', /^--spread: expected/],
    ['sweep --inventory clients.csv --spread 30', /^--spread: expected/],
    ['watch --inventory clients.csv --spread soon', /^--spread: expected/],
    ['check --allow-special 127.0.41.1:99999', /^"127\.0\.41\.1:99999": ports are 1 to 65535, .* \(did you mean "127/],
    ['check --allow-special 127.0.41.1 --control here', /^"here" is not HOST:PORT/],
    ['check --allow-special 127.0.41.0/27', /^32 addresses: more than 16 need --authorized-by/],
    [`check --allow-special -iL ${many}`, /^17 addresses: more than 16 need --authorized-by/],
    [
      `check -iL ${special}`,
      `${special}:2:1: 192.0.2.7 is a documentation address that no one has; it is an example: give the customer's public address, or try "sallyport demo" (in a laboratory, --allow-special checks it anyway)`,
    ],
    [`check --allow-special -iL ${unread}`, /unread\.txt:2:1: "127\.0\.41\.999" is not an address/],
    ['check -iL /nonexistent/list', '/nonexistent/list: no such file'],
    ['check --allow-special 127.0.41.1 --exclude-file /nonexistent/list', '/nonexistent/list: no such file'],
    ['check --allow-special 127.0.41.1 --exclude 127.0.41.1', 'there is no target to check'],
    [
      'check --allow-special 127.0.41.1 -o /nonexistent/report',
      '/nonexistent/report: cannot be written: no such directory',
    ],
    ['check --allow-special 127.0.41.1 --config /nonexistent/file', '/nonexistent/file: no such file'],
    [
      `check --allow-special 127.0.41.1 --config ${options}`,
      `${options}:2:1: rate: expected a number from 0.1 to 1000000`,
    ],
    [
      `check --allow-special 127.0.41.1 --config ${unknown}`,
      `${unknown}:2:1: timming: unknown option (did you mean "timing"?)`,
    ],
    ['profile', 'name what to do: sallyport profile list, show, explain or validate'],
    ['profile lst', 'unknown command "lst" (did you mean "list"?)'],
    ['profile list extra', 'unexpected argument "extra"; see sallyport profile list --help'],
    ['profile show', 'profile is missing; see sallyport profile show --help'],
    ['profile show closd', /^no profile "closd" \(did you mean "closed"\?\)/],
  ];

  test.each(cases)('%s', async (command, message) => {
    expectRefusal(await runHere(words(command)), message);
  });

  test.concurrent.each([
    ['chekc 192.0.2.1', 'unknown command "chekc" (did you mean "check"?)'],
    ['check 192.0.2.1 --rate abc', '--rate: expected a number from 0.1 to 1000000'],
    ['check 192.0.2.1', /^192\.0\.2\.1 is a documentation address/],
    ['profile show closd', /^no profile "closd"/],
  ] satisfies typeof cases)('%s, as a user sees it', async (command, message) => {
    expectRefusal(await sallyport(words(command)), message);
  });

  test('several refused targets take a line each', async () => {
    const { code, stderr } = await runHere(['check', '192.0.2.1', '10.0.0.1']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^sallyport: 192\.0\.2\.1 is .*--allow-special .*\nsallyport: 10\.0\.0\.1 is .*--allow-special .*\n$/,
    );
  });

  test('a blank authorisation is refused', async () => {
    expectRefusal(
      await runHere(['check', '192.0.2.1', '--allow-special', '--authorized-by', ' ']),
      /^--authorized-by is empty: /,
    );
  });

  test('what the user gave is escaped', async () => {
    const { stderr } = await runHere(['check', '127.0.41.1', '--allow-special', '--profile', './\x1b[31m\u202e.yaml']);
    expect(stderr).toBe('sallyport: ./\\x1b[31m\\u{202e}.yaml: no such file\n');
  });
});

function expectRefusal({ code, stdout, stderr }: Ran, message: string | RegExp): void {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^sallyport: [^\n]+\n$/);
  const told = stderr.slice('sallyport: '.length, -1);
  if (typeof message === 'string') expect(told).toBe(message);
  else expect(told).toMatch(message);
}
