import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SITES } from '../../src/lab/sites.js';
import { startSilentTcp, type SilentTcp } from '../lab-sites/start-silent-tcp.js';
import { startSite, type Site } from '../../src/lab/start-site.js';
import type { Report } from '../../src/index.js';
import { requireValid } from '../check/checking.js';
import { sallyport } from './run.js';

const BIN = fileURLToPath(new URL('../../bin/sallyport.js', import.meta.url));
const ADDRESS = '127.0.45.1';
/** The checks would take minutes; on a busy machine a process takes seconds to end. */
const AT_ONCE_MS = 40_000;

let silent: SilentTcp;
let site: Site;
beforeAll(async () => {
  silent = await startSilentTcp(1, ADDRESS);
  site = await startSite(SITES.dmz, { address: ADDRESS, ports: 'ephemeral' });
});
afterAll(() => Promise.all([silent.stop(), site.stop()]));

/** Resolves once a process has a socket besides its standard streams, or says something (Linux). */
async function underWay(child: ChildProcess): Promise<void> {
  let said = false;
  child.stdout!.once('data', () => (said = true));
  const countSockets = () => {
    const descriptors = `/proc/${child.pid}/fd`;
    const links = readdirSync(descriptors).map((name) => {
      try {
        return readlinkSync(`${descriptors}/${name}`);
      } catch {
        return '';
      }
    });
    return links.filter((link) => link.startsWith('socket:')).length;
  };
  while (!said && countSockets() <= 3) await sleep(50);
}

/** A check that would take a minute, sent a signal once it is under way; the time is that from signal to end. */
async function interrupt(args: readonly string[], signal: NodeJS.Signals = 'SIGINT', input = '') {
  const long = ['--allow-special', '--no-canaries', '--timeout', '60', '--retries', '10', '--timing', 'polite'];
  let signalledAt = 0;
  const ran = await sallyport(['check', ...long, ...args], {
    onStart: (child) => {
      child.stdin!.write(input);
      void underWay(child)
        .then(() => sleep(500))
        .then(() => {
          signalledAt = performance.now();
          child.kill(signal);
        });
    },
  });
  return { ...ran, ms: performance.now() - signalledAt };
}

describe('Ctrl-C', () => {
  const ports = () => ['-p', `T:${silent.ports[0]},T:1`];

  test.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
    '(%s) ends a check at once, with what is known',
    async (signal) => {
      const { code, stdout, stderr, ms } = await interrupt([ADDRESS, '--format', 'json', ...ports()], signal);
      const report: unknown = JSON.parse(stdout);
      requireValid(report);
      expect(report).toMatchObject({ interrupted: true, verdict: 'inconclusive' });
      expect(report.observations.map(({ state, reason }) => `${state}/${reason}`)).toEqual([
        'closed/conn-refused',
        'error/cut-off',
      ]);
      expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
      expect(ms).toBeLessThan(AT_ONCE_MS);
    },
  );

  test.concurrent('is told in the table', async () => {
    const { code, stdout } = await interrupt([ADDRESS, ...ports()]);
    expect(code).toBe(3);
    expect(stdout).toContain('INCONCLUSIVE');
    expect(stdout).toContain('CUT OFF');
  });

  test.concurrent('lets a violation that was seen stand', async () => {
    const webpro = site.services['webpro']![0]!;
    const service = ['--service', `webpro=${webpro}`];
    const { code, stdout } = await interrupt([ADDRESS, ...service, '-p', `T:${silent.ports[0]},T:${webpro}`]);
    expect(code).toBe(1);
    expect(stdout).toContain('VIOLATION');
  });

  test.concurrent('ends a run over many targets with a report for those under way, and whole JSON', async () => {
    const args = [
      '127.0.45.1-16',
      '127.0.45.0/24',
      '--authorized-by',
      'test',
      '--max-sockets',
      '16',
      '--format',
      'json',
    ];
    const { code, stdout, ms } = await interrupt([...args, ...ports()]);
    const reports = JSON.parse(stdout) as Report[];
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.length).toBeLessThan(256);
    expect(reports.some(({ interrupted }) => interrupted)).toBe(true);
    expect(code).toBe(3);
    expect(ms).toBeLessThan(AT_ONCE_MS);
  });

  test.concurrent('ends a check of all ports, and counts what it did not come to', async () => {
    // A service is asked first: that it is silent shows that the check is under way.
    const first = ['--service', `webpro=${silent.ports[0]}`];
    const { code, stdout, ms } = await interrupt([ADDRESS, ...first, '--all-ports', '--format', 'json']);
    const report: unknown = JSON.parse(stdout);
    requireValid(report);
    expect(report.interrupted).toBe(true);
    expect(report.unlisted['error/cut-off']).toBeGreaterThan(60_000);
    expect(report.observations.length).toBeLessThan(1_000);
    expect(report.undetermined.map(({ why }) => why).join()).toContain('cut off too early');
    expect(code).not.toBe(0);
    expect(ms).toBeLessThan(AT_ONCE_MS);
  });

  test.concurrent('ends the wait for targets on standard input, and is no error', async () => {
    const { code, stdout, stderr, ms } = await interrupt(['-iL', '-', '-p', 'T:1'], 'SIGINT', '127.0.45.2\n');
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(stdout).toContain('1 target:');
    expect(ms).toBeLessThan(AT_ONCE_MS);
  });
});

describe('a reader that goes away', () => {
  /** Runs a command line in a shell whose exit code is that of sallyport. */
  async function shell(script: string) {
    const child = spawn('bash', ['-c', script, 'bash', process.execPath, BIN]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, stdout, stderr };
  }

  test.concurrent('ends a run over many targets quietly, and not as compliant', async () => {
    const options = '--allow-special --authorized-by test --format ndjson --max-sockets 32';
    const { code, stdout, stderr } = await shell(
      `"$1" "$2" check 127.0.46.0/24 ${options} | head -1; exit "\${PIPESTATUS[0]}"`,
    );
    expect(stdout.trim().split('\n')).toHaveLength(1);
    requireValid(JSON.parse(stdout));
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  });

  test.concurrent('ends a run that has no place left for errors either', async () => {
    const fails = '"$1" "$2" check 192.0.2.1 --profile none';
    const { code } = await shell(`timeout -s KILL 30 ${fails} 2>&1 >/dev/null | true; exit "\${PIPESTATUS[0]}"`);
    expect(code).toBe(2);
  });

  test.concurrent('does not matter once everything is written', async () => {
    const { stderr, stdout } = await shell('"$1" "$2" profile list | head -1');
    expect({ stderr, lines: stdout.split('\n').length }).toEqual({ stderr: '', lines: 2 });
  });

  (existsSync('/dev/full') ? test.concurrent : test.skip)('is not a full disk, which is told', async () => {
    const { code, stderr } = await shell('"$1" "$2" profile list > /dev/full');
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'sallyport: standard output cannot be written (ENOSPC)\n' });
  });
});
