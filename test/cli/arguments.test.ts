import { describe, expect, test } from '@jest/globals';
import { normaliseArguments } from '../../src/cli/arguments.js';
import { sallyport, words } from './run.js';

test.each([
  ['-iL list.txt', '--input-list list.txt'],
  ['-iLlist.txt -iL=other.txt', '--input-list=list.txt --input-list=other.txt'],
  ['-iL - x', '--input-list=- x'],
  ['--input-list - -iL -', '--input-list=- --input-list=-'],
  ['-p - -o -', '-p - -o -'],
  ['-p 80', '-p 80'],
  ['-p80,443 -pT:80,U:53 -p- -p-100 -p=80', '--ports=80,443 --ports=T:80,U:53 --ports=- --ports=-100 --ports=80'],
  ['--quiet=yes --color=off', '--quiet --no-color'],
  ['--profile=x=y --service=webpro=81', '--profile=x=y --service=webpro=81'],
  ['--rate=5', '--rate=5'],
  ['--unknown=yes', '--unknown=yes'],
  ['a -- -p80 -iL', 'a -- -p80 -iL'],
])('%s becomes %s', (given, expected) => {
  expect(normaliseArguments(words(given))).toEqual(words(expected));
});

test.each(['--quiet=', '--quiet=2', '--rate=', '--rate=x', '--profile=', '--exclude='])('%s is refused', (arg) => {
  expect(() => normaliseArguments([arg])).toThrow(arg.split('=')[0]);
});

describe("ports in nmap's ways", () => {
  const listPorts = async (...args: string[]) => {
    const command = ['check', '127.0.41.1', '--allow-special', '--dry-run', '--no-canaries', ...args];
    const { code, stdout } = await sallyport(command);
    expect(code).toBe(0);
    return [...stdout.matchAll(/^ {2}((?:tcp|udp)\/\d+)/gm)].map(([, endpoint]) => endpoint);
  };

  test.concurrent.each([
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

  test.concurrent('--all-ports is every TCP port, and the UDP ports of the profile', async () => {
    const endpoints = await listPorts('--all-ports');
    expect(endpoints.filter((endpoint) => endpoint!.startsWith('tcp/'))).toHaveLength(65_535);
    expect(endpoints).toContain('udp/1900');
  });
});

test.concurrent('a list option takes one value, and leaves the target alone', async () => {
  const { stdout } = await sallyport(words('check --allow-special --dry-run --exclude 127.0.41.1 127.0.41.0/30'));
  expect(stdout).toContain('Would check 3 targets');
});

test.concurrent('what follows -- are targets too', async () => {
  const { stdout } = await sallyport(words('check 127.0.41.1 --allow-special --dry-run -- 127.0.41.2 127.0.41.3'));
  expect(stdout).toContain('Would check 3 targets');
});
