import { describe, expect, test } from '@jest/globals';
import type { LabServer } from '../../src/lab/lab-server.js';
import { startSite } from '../../src/lab/start-site.js';
import type { Report } from '../../src/index.js';
import { planOne, requireValid } from '../check/checking.js';
import { keep, stopAfterEach } from '../lab-sites/running.js';
import { createFiles, runHere, sallyport, type RunOptions, type Ran } from './run.js';

stopAfterEach();
const files = createFiles();

/** Checks one closed port of loopback addresses, as NDJSON; in a process of its own where the test wants one. */
async function checkPort(
  args: readonly string[],
  options: RunOptions = {},
  run: typeof sallyport = runHere,
): Promise<Ran & { reports: Report[] }> {
  const fixed = ['check', '--allow-special', '-p', 'T:1', '--no-canaries', '--format', 'ndjson'];
  const ran = await run([...fixed, ...args], options);
  const reports = ran.stdout
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
  return {
    ...ran,
    reports: reports.map((report) => {
      requireValid(report);
      return report;
    }),
  };
}

const addressesOf = (reports: readonly Report[]) => reports.map(({ target }) => target.address).sort();

const LIST = '# our sites\n127.0.42.1\n\n127.0.42.2 127.0.42.3, 127.0.42.4 # in one line\r\n127.0.42.5-6\n';
const LISTED = ['127.0.42.1', '127.0.42.2', '127.0.42.3', '127.0.42.4', '127.0.42.5', '127.0.42.6'];

describe('targets', () => {
  test('come from a file with comments, beside those of the command', async () => {
    const { code, stderr, reports } = await checkPort(['-iL', files.write('list.txt', LIST), '127.0.42.7']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(addressesOf(reports)).toEqual([...LISTED, '127.0.42.7']);
  });

  test.concurrent('come from standard input', async () => {
    const { code, reports } = await checkPort(['-iL', '-'], { input: LIST }, sallyport);
    expect(code).toBe(0);
    expect(addressesOf(reports)).toEqual(LISTED);
  });

  test.concurrent('are checked while standard input is still open', async () => {
    let first: string | undefined;
    const { code, reports } = await checkPort(
      ['-iL', '-'],
      {
        onStart: ({ stdin, stdout }) => {
          stdin!.write('127.0.42.1\n');
          stdout!.once('data', (data: string) => {
            first = data;
            stdin!.end('127.0.42.2\n');
          });
        },
      },
      sallyport,
    );
    expect(code).toBe(0);
    expect(first).toContain('"127.0.42.1"');
    expect(addressesOf(reports)).toEqual(['127.0.42.1', '127.0.42.2']);
  });

  test('are left out with --exclude and --exclude-file', async () => {
    const file = files.write('exclude.txt', '127.0.42.5 # moved out\n127.0.42.6/32\n');
    const args = [
      '127.0.42.1-8',
      '--exclude',
      '127.0.42.1-2,127.0.42.8',
      '--exclude',
      '127.0.42.3',
      '--exclude-file',
      file,
    ];
    const { code, reports } = await checkPort(args);
    expect(code).toBe(0);
    expect(addressesOf(reports)).toEqual(['127.0.42.4', '127.0.42.7']);
  });

  test('that are wrong, to check or to leave out, are told at once', async () => {
    const file = files.write('wrong.txt', '127.0.42.6\n127.0.42\n');
    const targets = ['127.0.42.400', '10.0.0.1', '10.0.0.2', '--exclude', '10.0.0.2,127.0.42.5/24'];
    const { code, stdout, stderr } = await runHere(['check', ...targets, '--exclude-file', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining('127.0.42.5/24'),
      expect.stringContaining(`${file}:2:1: "127.0.42"`),
      expect.stringContaining('"127.0.42.400"'),
      expect.stringContaining('10.0.0.1 is a private address'),
    ]);
    const sweep = await runHere(['sweep', '--inventory', 'none.csv', '--exclude', '127.0.42.400']);
    expect(sweep).toMatchObject({ code: 2, stderr: expect.stringContaining('"127.0.42.400"') });
  });

  test('are told once, however often they are given', async () => {
    const { reports } = await checkPort(['127.0.42.1', '127.0.42.1-2', '::ffff:127.0.42.2']);
    expect(addressesOf(reports)).toEqual(['127.0.42.1', '127.0.42.2']);
  });

  test('beyond 16 need --authorized-by, which the reports record', async () => {
    const { code, reports } = await checkPort(['127.0.42.1-17', '--authorized-by', 'Ada, order 7']);
    expect(code).toBe(0);
    expect(reports).toHaveLength(17);
    expect(new Set(reports.map(({ authorization }) => authorization))).toEqual(new Set(['Ada, order 7']));
  });

  test('a name that leads to an address of another kind is inconclusive, and says so', async () => {
    const { code, stdout } = await runHere(['check', 'localhost', '--format', 'ndjson']);
    expect(code).toBe(3);
    for (const line of stdout.trimEnd().split('\n')) {
      const { target, verdict, observations } = JSON.parse(line) as Report;
      expect({ verdict, observations }).toEqual({ verdict: 'inconclusive', observations: [] });
      expect(target).toMatchObject({ name: 'localhost', address: null, scope: 'loopback' });
      expect(target.problem).toMatch(/^localhost resolves to .*, which is a loopback address/);
    }
  });

  test('bad lines of standard input that ends are told at once, and nothing else is written', async () => {
    const { code, stdout, stderr } = await runHere(['check', '-iL', '-', '--allow-special'], {
      input: '127.0.42.1\nnot_a/target\n127.0.42.3\n127.0.42.300\n',
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^sallyport: stdin:2:1: [^\n]*"not_a\/target"[^\n]*\nsallyport: stdin:4:1: [^\n]*"127\.0\.42\.300"[^\n]*\n$/,
    );
  });

  test.concurrent('a bad line of standard input that stays open ends the run after what was begun', async () => {
    const { code, stderr, reports } = await checkPort(
      ['-iL', '-'],
      {
        onStart: ({ stdin, stdout }) => {
          stdin!.write('127.0.42.1\n');
          stdout!.once('data', () => stdin!.end('not_a/target\n127.0.42.3\n'));
        },
      },
      sallyport,
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sallyport: stdin:2:1: [^\n]*"not_a\/target"[^\n]*\n$/);
    expect(addressesOf(reports)).toEqual(['127.0.42.1']);
  });

  test('that were pasted are understood, and it is said how', async () => {
    const { code, stderr, reports } = await checkPort(['“127.0.42.1”', 'http://127.0.42.2:8080/', ' 127.0.42.3, ']);
    expect(code).toBe(0);
    expect(addressesOf(reports)).toEqual(['127.0.42.1', '127.0.42.2', '127.0.42.3']);
    expect(stderr.split('\n')).toEqual([
      'sallyport: "“127.0.42.1”" is read as 127.0.42.1',
      'sallyport: "http://127.0.42.2:8080/" is read as 127.0.42.2; port 8080 is checked only if the profile or another option names it',
      'sallyport: "127.0.42.3," is read as 127.0.42.3',
      '',
    ]);
    expect((await checkPort(['127.0.42.1,', '--quiet'])).stderr).toBe('');
  });

  test('come from CSV with a header, names beside them', async () => {
    const list = files.write('list.csv', 'Name;IP\r\nMüller;127.0.42.1\r\nHuber;127.0.42.2\r\n');
    const { code, stderr, reports } = await checkPort(['-iL', list]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(reports.map(({ target }) => [target.address, target.input]).sort()).toEqual([
      ['127.0.42.1', '127.0.42.1, Müller'],
      ['127.0.42.2', '127.0.42.2, Huber'],
    ]);
  });

  test('no target on standard input is an error', async () => {
    for (const input of ['# nobody\n', 'address,name\n', '']) {
      const { code, stdout, stderr } = await runHere(['check', '-iL', '-'], { input });
      const expected = { code: 2, stdout: '', stderr: 'sallyport: there is no target to check\n' };
      expect({ code, stdout, stderr }).toEqual(expected);
    }
  });
});

describe('nothing is sent', () => {
  let heard = 0;
  const server: LabServer = {
    tcp: (socket) => {
      heard++;
      socket.destroy();
    },
    udp: () => void heard++,
  };
  const start = async () => {
    heard = 0;
    const site = keep(await startSite(planOne('sip-trunk', server), { address: '127.0.42.9', ports: 'ephemeral' }));
    const [port] = site.services['sip-trunk']!;
    return ['--allow-special', '-p', `T:${port},U:${port}`, '--timeout', '0.3'];
  };

  test('by --dry-run, which says what would be', async () => {
    const options = await start();
    const { code, stdout, stderr } = await runHere(['check', '127.0.42.9', ...options, '--dry-run']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Would check 1 target against profile closed, as outsider: nothing was sent.');
    expect(stdout).toMatch(/^ {2}udp\/\d+ +SIP OPTIONS over UDP$/m);
    expect(heard).toBe(0);
    await runHere(['check', '127.0.42.9', ...options]);
    expect(heard).toBeGreaterThan(1);
  });

  test('where a list holds more than 16 addresses without an authorisation', async () => {
    const options = await start();
    const list = files.write('many.txt', '127.0.42.9\n127.0.43.0/28\n');
    const { code, stderr } = await runHere(['check', '-iL', list, ...options]);
    expect(code).toBe(2);
    expect(stderr).toContain('17 addresses: more than 16 need --authorized-by');
    expect(heard).toBe(0);
  });

  test('where a line far below is bad', async () => {
    const options = await start();
    const list = files.write('late.txt', `127.0.42.9\nno/no\n${'# comment\n'.repeat(5_000)}127.0.42.999\n`);
    const { code, stdout, stderr } = await runHere(['check', '-iL', list, ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${list}:2:1: bad network "no/no"`);
    expect(stderr).toContain(`${list}:5003:1: "127.0.42.999"`);
    expect(heard).toBe(0);
  });
});
