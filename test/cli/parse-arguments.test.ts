import { describe, expect, test } from '@jest/globals';
import { command as check } from '../../src/cli/commands/check.js';
import { parseArguments } from '../../src/cli/kit/parse-arguments.js';
import { runHere, words } from './run.js';

const parse = (args: readonly string[]) => parseArguments('sallyport check', check, args);

test.each<[string, object]>([
  ['-iL list.txt', { 'input-list': ['list.txt'] }],
  ['-iLlist.txt -iL=other.txt', { 'input-list': ['list.txt', 'other.txt'] }],
  ['-iL - x', { 'input-list': ['-'], targets: ['x'] }],
  ['--input-list - -iL -', { 'input-list': ['-', '-'] }],
  ['-p - -o -', { ports: '-', output: '-' }],
  ['-p 80', { ports: '80' }],
  ['-p80,443', { ports: '80,443' }],
  ['-pT:80,U:53', { ports: 'T:80,U:53' }],
  ['-p-', { ports: '-' }],
  ['-p-100', { ports: '-100' }],
  ['-p -100', { ports: '-100' }],
  ['-p=80', { ports: '80' }],
  ['-qo report x', { quiet: true, output: 'report', targets: ['x'] }],
  ['--quiet=yes --color=off', { quiet: true, color: false }],
  ['--no-color', { color: false }],
  ['--profile=x=y --service=webpro=81', { profile: 'x=y', service: ['webpro=81'] }],
  ['--rate=5 --timeout 0.5', { rate: 5, timeout: 0.5 }],
  ['a -- --constructor --__proto__=x', { targets: ['a', '--constructor', '--__proto__=x'] }],
  ['a -- -p80 -iL --help', { targets: ['a', '-p80', '-iL', '--help'] }],
])('%s is %j', (given, values) => {
  expect(parse(words(given))).toEqual({ ask: 'run', values });
});

test.each(['--quiet=', '--quiet=2', '--rate=', '--rate=x', '--profile=', '--exclude='])('%s is refused', (arg) => {
  expect(() => parse([arg])).toThrow(arg.split('=')[0]);
});

test.each(['--unknown=yes', '--constructor', '--__proto__=x', '-pqz -z'])('%s is no option', (given) => {
  expect(() => parse(words(given))).toThrow('unknown option');
});

test.each([
  ['--help', 'help'],
  ['x -hq', 'help'],
  ['--nope -V', 'version'],
])('%s asks for the %s, whatever else is wrong', (given, ask) => {
  expect(parse(words(given))).toEqual({ ask });
});

describe("ports in nmap's ways", () => {
  const listPorts = async (...args: string[]) => {
    const command = ['check', '127.0.41.1', '--allow-special', '--dry-run', '--no-canaries', ...args];
    const { code, stdout } = await runHere(command);
    expect(code).toBe(0);
    return [...stdout.matchAll(/^ {2}((?:tcp|udp)\/\d+)/gm)].map(([, endpoint]) => endpoint);
  };

  test.each([
    [['-p80,443'], ['tcp/80', 'tcp/443']],
    [
      ['-p', 'T:80,U:5060'],
      ['tcp/80', 'udp/5060'],
    ],
    [
      ['-p', '-2'],
      ['tcp/1', 'tcp/2'],
    ],
    [['--ports=65534-'], ['tcp/65534', 'tcp/65535']],
    [['-p', 'tcp/80', '-q'], ['tcp/80']],
  ])('%j', async (args, endpoints) => {
    expect(await listPorts(...args)).toEqual(endpoints);
  });

  test('--all-ports is every TCP port, and the UDP ports of the profile', async () => {
    const endpoints = await listPorts('--all-ports');
    expect(endpoints.filter((endpoint) => endpoint!.startsWith('tcp/'))).toHaveLength(65_535);
    expect(endpoints).toContain('udp/1900');
  });
});

test('a list option takes one value, and leaves the target alone', async () => {
  const { stdout } = await runHere(words('check --allow-special --dry-run --exclude 127.0.41.1 127.0.41.0/30'));
  expect(stdout).toContain('Would check 3 targets');
});

test('what follows -- are targets too', async () => {
  const { stdout } = await runHere(words('check 127.0.41.1 --allow-special --dry-run -- 127.0.41.2 127.0.41.3'));
  expect(stdout).toContain('Would check 3 targets');
});
