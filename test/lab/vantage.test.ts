import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkFrom, rulesOf, runSallyport } from './sallyport.js';
import { startPbx } from './servers/start.js';
import { buildSite, ip, PUBLIC, type Site } from './topology.js';

let site: Site;
beforeAll(async () => {
  site = await buildSite();
  await startPbx(site, ['webpro']);
});
afterAll(() => site.close());

describe('a router that bans whoever touches too many ports', () => {
  test('makes the check inconclusive, not compliant', async () => {
    await site.configure({ unsolicited: 'reset', banAfter: 10 });
    const { code, report } = await checkFrom(site.internet);
    expect(report.liveness.recheck.map(({ after }) => after)).toContain('no-response');
    expect(rulesOf(report)).toContain('blacklisted-mid-check');
    expect(report.verdict).toBe('inconclusive');
    expect(code).toBe(3);
  });
});

describe('--control', () => {
  test('that answers leaves the verdict as it is', async () => {
    await site.configure({ forwards: [{ transport: 'tcp', port: 8443, toPort: 80 }] });
    const { code, report } = await checkFrom(site.internet, ['--control', `${PUBLIC}:8443`]);
    expect(report.vantage.control).toMatchObject({ before: 'answered', after: 'answered' });
    expect(code).toBe(0);
  });

  test('that is dead makes the check inconclusive', async () => {
    await site.configure({});
    const { code, report } = await checkFrom(site.internet, ['--control', `${PUBLIC}:8443`]);
    expect(report.vantage.control?.before).not.toBe('answered');
    expect(report.verdict).toBe('inconclusive');
    expect(code).toBe(3);
  });

  test('that dies in mid-check makes it inconclusive', async () => {
    await site.configure({ forwards: [{ transport: 'tcp', port: 8443, toPort: 80, once: true }] });
    const { code, report } = await checkFrom(site.internet, ['--control', `${PUBLIC}:8443`]);
    expect(report.vantage.control).toMatchObject({ before: 'answered', after: 'silent' });
    expect(report.verdict).toBe('inconclusive');
    expect(code).toBe(3);
  });
});

describe('our own trouble', () => {
  test('no route to the target is an error of ours, never a state of the target', async () => {
    await ip(site.internet, [`route del ${PUBLIC}/32`, 'addr del 203.0.113.1/24 dev wan']);
    try {
      const { code, report } = await checkFrom(site.internet);
      expect(new Set(report.observations.map(({ state, reason }) => `${state}/${reason}`))).toEqual(
        new Set(['error/no-route']),
      );
      expect(report.verdict).toBe('inconclusive');
      expect(code).toBe(3);
    } finally {
      await ip(site.internet, ['addr add 203.0.113.1/24 dev wan']);
      await site.lookFrom('198.51.100.2');
    }
  });
});

/** A second after a check in a namespace has sent a first SYN: by then it catches Ctrl-C. */
async function whileChecking({ pid }: ChildProcess): Promise<void> {
  const hasBegun = async (): Promise<boolean> => {
    const [name, sockets] = await Promise.all(
      ['comm', 'net/tcp'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8')),
    );
    const isSynSent = (line: string) => line.trim().split(/\s+/)[3] === '02';
    return name !== 'bash\n' && name !== 'ip\n' && sockets!.split('\n').some(isSynSent);
  };
  while (!(await hasBegun())) await sleep(20);
  await sleep(1_000);
}

describe('Ctrl-C', () => {
  test('ends a check within a second, with a report that says so', async () => {
    await site.configure({ forwards: [{ transport: 'tcp', port: 80 }] });
    let interruptedAt = 0;
    const { code, report } = await checkFrom(site.internet, [], {
      onStart: (child) =>
        void whileChecking(child).then(() => {
          interruptedAt = performance.now();
          child.kill('SIGINT');
        }),
    });
    expect(performance.now() - interruptedAt).toBeLessThan(1000);
    expect(report.interrupted).toBe(true);
    expect(report.verdict).toBe('violation');
    expect(report.observations.some(({ reason }) => reason === 'cut-off')).toBe(true);
    expect(code).toBe(1);
  });

  test('leaves a silent site inconclusive', async () => {
    await site.configure({});
    const { code, report } = await checkFrom(site.internet, [], {
      onStart: (child) => void whileChecking(child).then(() => child.kill('SIGINT')),
    });
    expect(report.verdict).toBe('inconclusive');
    expect(code).toBe(3);
  });
});

test('--dry-run sends nothing', async () => {
  await site.configure({ unsolicited: 'reset', banAfter: 1 });
  const { code } = await runSallyport(site.internet, ['check', PUBLIC, '--allow-special', '--dry-run']);
  expect(code).toBe(0);
  const { stdout } = await site.router.run(['nft', 'list', 'set', 'inet', 'guard', 'busy']);
  expect(stdout).not.toContain('198.51.100.2');
});
