import { describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { loadProfile } from '../../src/index.js';
import { SITES } from '../../src/lab/sites.js';
import { pcpro } from '../../src/lab/servers/pcpro.js';
import { parseEndpointId } from '../../src/model/endpoint.js';
import { startSilentTcp } from '../../src/lab/start-silent-tcp.js';
import { keep, stopAfterEach } from '../lab-sites/running.js';
import { checkOne, checkSite, planOne, rulesOf, startAt } from './checking.js';

stopAfterEach();

const SILENT = '127.0.32.1';
const ALIVE = '127.0.32.2';

/** Checks only ports that drop every packet. */
async function checkSilence(options: Parameters<typeof checkOne>[1] = {}, count = 2) {
  const { ports } = keep(await startSilentTcp(count, SILENT));
  const list = ports.map((port) => `T:${port}`).join(',');
  const [webpro = 0, pcproPort = 0] = ports;
  const services = options.profile === 'remote-maintenance' ? { webpro: [webpro], pcpro: [pcproPort] } : undefined;
  return checkOne(SILENT, { ports: list, canaries: false, timeoutMs: 700, services, ...options });
}

describe('a site on which nothing answers', () => {
  test('is compliant where nothing should be reachable, and the report says how little that proves', async () => {
    const report = await checkSilence();
    expect(report.observations.map(({ state, reason }) => `${state}/${reason}`)).toEqual(
      Array(2).fill('filtered/no-response'),
    );
    expect(report.verdict).toBe('compliant');
    expect(report.summary).toContain('no sign of life');
    expect(rulesOf(report, 'note')).toContain('no-sign-of-life');
    expect(report.liveness).toMatchObject({ answers: 0, srttMs: null, recheck: null });
  });

  test('is an outage where something must be reachable', async () => {
    const report = await checkSilence({ profile: 'remote-maintenance', source: 'dealer' });
    expect(report.verdict).toBe('violation');
    expect(rulesOf(report)).toEqual(['required-unreachable']);
    expect(report.findings.filter(({ rule }) => rule === 'required-unreachable')).toHaveLength(2);
  });

  test('takes one patience, not a sum', async () => {
    const report = await checkSilence({ timeoutMs: 2_000 }, 8);
    expect(report.observations).toHaveLength(8);
    expect(report.durationMs).toBeGreaterThanOrEqual(2_000);
    expect(report.durationMs).toBeLessThan(6_000);
  });
});

test('a site that falls silent in mid-check is inconclusive, although nothing forbidden was seen', async () => {
  const site = await startAt(ALIVE, SITES.dmz, 1);
  const closed = await loadProfile('closed', { services: site.services });
  const services = closed.services.map((service) => ({ ...service, access: { outsider: 'may' as const } }));
  // Slow enough that most is asked only after the first connection has ended.
  const report = await checkOne(ALIVE, {
    profile: { ...closed, services, unlisted: 'may' },
    ports: site.endpoints.map((id) => parseEndpointId(id)!),
    canaries: false,
    rate: 10,
    timeoutMs: 1_000,
  });
  expect(report.liveness.recheck).toMatchObject({ answered: false });
  expect(rulesOf(report, 'inconclusive')).toEqual(['blacklisted-mid-check']);
  expect(report.undetermined.some(({ blocking }) => blocking)).toBe(true);
  expect(report.verdict).toBe('inconclusive');
});

describe('the control', () => {
  test('that answers before and after leaves the verdict as it is', async () => {
    const site = await startAt(ALIVE, planOne('pcpro', pcpro()));
    const control = `${ALIVE}:${site.services['pcpro']![0]}`;
    const report = await checkOne('127.0.32.3', { control });
    expect(report.vantage.control).toEqual({ endpoint: control, before: 'answered', after: 'answered' });
    expect(report.verdict).toBe('compliant');
  });

  test('that is dead makes a check inconclusive, whatever it saw', async () => {
    const site = await startAt(ALIVE, SITES.dmz);
    const report = await checkSite(site, { control: `127.0.32.3:${await freePort('127.0.32.3')}` });
    expect(report.vantage.control).toMatchObject({ before: 'silent', after: 'silent' });
    expect(report.verdict).toBe('inconclusive');
    expect(rulesOf(report, 'inconclusive')).toEqual(['vantage-broken']);
  });

  test('that dies in mid-check makes it inconclusive', async () => {
    const dying = await startAt(ALIVE, planOne('pcpro', pcpro()), 1);
    const control = `${ALIVE}:${dying.services['pcpro']![0]}`;
    const report = await checkSilence({ control, timeoutMs: 1_500 });
    expect(report.vantage.control).toMatchObject({ before: 'answered', after: 'silent' });
    expect(report.verdict).toBe('inconclusive');
  });
});

/** A TCP port on which nothing listens. */
async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
