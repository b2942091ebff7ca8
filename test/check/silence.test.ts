import { afterAll, expect, test } from '@jest/globals';
import { type AddressInfo, createServer } from 'node:net';
import { loadProfile } from '../../src/index.js';
import { pcpro } from '../../src/lab/servers/nec.js';
import { SITES } from '../../src/lab/sites.js';
import { standingOf } from '../../src/model/standing.js';
import { parseEndpointId } from '../../src/model/endpoint.js';
import { checkOne, checkSite, planOne, rulesOf, startAt } from './checking.js';
import { startSilentTcp } from '../lab-sites/start-silent-tcp.js';

// The tests wait rather than work, so they do it side by side, each on addresses of its own.
const started: { stop(): Promise<void> }[] = [];
afterAll(() => Promise.all(started.map((each) => each.stop())));

async function start(...args: Parameters<typeof startAt>) {
  const site = await startAt(...args);
  started.push(site);
  return site;
}

/** Checks only ports that drop every packet. */
async function checkSilence(address: string, options: Parameters<typeof checkOne>[1] = {}, count = 2) {
  const silent = await startSilentTcp(count, address);
  started.push(silent);
  const { ports } = silent;
  const list = ports.map((port) => `T:${port}`).join(',');
  const [webpro = 0, pcproPort = 0] = ports;
  const services = options.profile === 'remote-maintenance' ? { webpro: [webpro], pcpro: [pcproPort] } : undefined;
  return checkOne(address, { ports: list, canaries: false, timeoutMs: 700, services, ...options });
}

test.concurrent(
  'a site on which nothing answers is inconclusive, unless someone accepts its silence by name',
  async () => {
    const report = await checkSilence('127.0.32.1');
    expect(report.observations.map(({ state, reason }) => `${state}/${reason}`)).toEqual(
      Array(2).fill('filtered/no-response'),
    );
    expect(report.verdict).toBe('inconclusive');
    expect(standingOf(report)).toBe('no-answer');
    expect(rulesOf(report, 'inconclusive')).toEqual(['no-sign-of-life']);
    expect(report.liveness).toMatchObject({ answers: 0, srttMs: null, recheck: [] });
    const accepted = await checkSilence('127.0.32.11', { silenceAcceptedBy: 'Ann' });
    expect(accepted.verdict).toBe('compliant');
    const silence = accepted.findings.filter(({ about }) => about === 'silence');
    expect(silence).toMatchObject([{ rule: 'no-sign-of-life', effect: 'note', waiver: { by: 'Ann' } }]);
  },
);

test.concurrent(
  'a service that always answers vouches for a silent site, and takes part in no other judgement',
  async () => {
    const address = '127.0.32.12';
    const site = await start(address, planOne('pcpro', pcpro()));
    const [port] = site.services['pcpro']!;
    const silent = await startSilentTcp(1, address);
    started.push(silent);
    const options = { ports: `T:${silent.ports[0]}`, canaries: false, timeoutMs: 700 };
    const report = await checkOne(address, { ...options, alive: `tcp/${port!}` });
    expect(report.observations.map(({ state }) => state).sort()).toEqual(['filtered', 'open']);
    expect(report.verdict).toBe('compliant');
  },
);

test.concurrent('no one can accept the silence of a site whose service always answers', async () => {
  const address = '127.0.32.14';
  const silent = await startSilentTcp(2, address);
  started.push(silent);
  const options = { ports: `T:${silent.ports[0]}`, canaries: false, timeoutMs: 700, silenceAcceptedBy: 'Ann' };
  const report = await checkOne(address, { ...options, alive: `tcp/${silent.ports[1]!}` });
  expect(standingOf(report)).toBe('no-answer');
});

test.concurrent('a service that always answers, and does not, outweighs what else answers', async () => {
  const address = '127.0.32.13';
  const [refused, alive] = [await freePort(address), await freePort(address)];
  const options = { ports: `T:${refused}`, canaries: false, timeoutMs: 700 };
  const report = await checkOne(address, { ...options, alive: `tcp/${alive}` });
  expect(report.verdict).toBe('inconclusive');
  expect(rulesOf(report, 'inconclusive')).toEqual(['sign-of-life-missing']);
  expect((await checkOne(address, options)).verdict).toBe('compliant');
});

test.concurrent('a site on which nothing answers is an outage where something must be reachable', async () => {
  const report = await checkSilence('127.0.32.2', { profile: 'remote-maintenance', source: 'dealer' });
  expect(report.verdict).toBe('violation');
  expect(rulesOf(report)).toEqual(['required-unreachable']);
  expect(report.findings.filter(({ rule }) => rule === 'required-unreachable')).toHaveLength(2);
});

test.concurrent('a site on which nothing answers takes one patience, not a sum', async () => {
  const report = await checkSilence('127.0.32.3', { timeoutMs: 2_000 }, 8);
  expect(report.observations).toHaveLength(8);
  expect(report.durationMs).toBeGreaterThanOrEqual(2_000);
  expect(report.durationMs).toBeLessThan(15_000);
});

test.concurrent(
  'a site that falls silent in mid-check is inconclusive, although nothing forbidden was seen',
  async () => {
    const address = '127.0.32.4';
    const site = await start(address, SITES.dmz, 1);
    const closed = await loadProfile('closed', { services: site.services });
    const services = closed.services.map((service) => ({ ...service, access: { outsider: 'may' as const } }));
    // Slow enough that most is asked only after the first connection has ended.
    const report = await checkOne(address, {
      profile: { ...closed, services, unlisted: 'may' },
      ports: site.endpoints.map((id) => parseEndpointId(id)!),
      canaries: false,
      rate: 10,
      timeoutMs: 1_000,
    });
    expect(report.liveness.recheck).toMatchObject([{ before: 'syn-ack', after: 'no-response' }]);
    expect(rulesOf(report, 'inconclusive')).toEqual(['blacklisted-mid-check']);
    expect(report.undetermined.some(({ blocking }) => blocking)).toBe(true);
    expect(report.verdict).toBe('inconclusive');
  },
);

test.concurrent('a control that answers before and after leaves the verdict as it is', async () => {
  const site = await start('127.0.32.5', planOne('pcpro', pcpro()));
  const control = `${site.address}:${site.services['pcpro']![0]}`;
  const report = await checkOne('127.0.32.6', { control });
  expect(report.vantage.control).toEqual({ endpoint: control, before: 'answered', after: 'answered' });
  expect(report.verdict).toBe('compliant');
});

test.concurrent('a control that is dead makes a check inconclusive, whatever it saw', async () => {
  const site = await start('127.0.32.7', SITES.dmz);
  const report = await checkSite(site, { control: `127.0.32.8:${await freePort('127.0.32.8')}` });
  expect(report.vantage.control).toMatchObject({ before: 'silent', after: 'silent' });
  expect(report.verdict).toBe('inconclusive');
  expect(rulesOf(report, 'inconclusive')).toEqual(['vantage-broken']);
});

test.concurrent('a control that dies in mid-check makes it inconclusive', async () => {
  const dying = await start('127.0.32.9', planOne('pcpro', pcpro()), 1);
  const control = `${dying.address}:${dying.services['pcpro']![0]}`;
  const report = await checkSilence('127.0.32.10', { control, timeoutMs: 1_500 });
  expect(report.vantage.control).toMatchObject({ before: 'answered', after: 'silent' });
  expect(report.verdict).toBe('inconclusive');
});

/** A TCP port on which nothing listens. */
async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
