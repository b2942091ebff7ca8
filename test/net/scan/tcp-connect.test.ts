import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listenTcp } from '../../../src/lab/listen-tcp.js';
import { type SilentTcp, startSilentTcp } from '../../lab-sites/start-silent-tcp.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { clock, startEngine } from '../start-engine.js';

stopAfterEach();

const LOCAL = '127.0.0.1';
const SILENT = { state: 'filtered', reason: 'no-response', rttMs: null, evidence: {} };

async function startOpenPort(address = LOCAL): Promise<number> {
  return keep(await listenTcp(address, 0, (socket) => socket.resume(), { backlog: 256 })).port;
}

async function findClosedPort(): Promise<number> {
  const listener = await listenTcp(LOCAL, 0, () => undefined);
  await listener.stop();
  return listener.port;
}

describe('a TCP endpoint that answers', () => {
  test('is open, and teaches the round-trip time', async () => {
    const engine = startEngine();
    const host = engine.host(LOCAL);
    const outcome = await engine.tcp(host, await startOpenPort());
    expect(outcome).toMatchObject({ state: 'open', reason: 'syn-ack', tries: 1, evidence: {} });
    expect(outcome.rttMs).toBeGreaterThan(0);
    expect(host.rtt.smoothedMs).toBe(outcome.rttMs);
    expect(host).toMatchObject({ answers: 1, lost: 0 });
    expect(host.waiting.size).toBe(0);
  });

  test('is closed where it refuses, which is an answer as well', async () => {
    const engine = startEngine();
    const host = engine.host(LOCAL);
    const outcome = await engine.tcp(host, await findClosedPort());
    expect(outcome).toMatchObject({ state: 'closed', reason: 'conn-refused', tries: 1 });
    expect(host.rtt.smoothedMs).toBe(outcome.rttMs);
    expect(host.answers).toBe(1);
  });

  test('answers over IPv6 too', async () => {
    const port = await startOpenPort('::1').catch(() => null);
    if (port === null) return;
    const engine = startEngine();
    expect(await engine.tcp(engine.host('::1'), port)).toMatchObject({ state: 'open', reason: 'syn-ack' });
  });

  test('is left with a reset, so that no TIME_WAIT stays behind', async () => {
    const server = createServer();
    server.listen(0, LOCAL);
    await once(server, 'listening');
    const ended = new Promise((resolve) => {
      server.on('connection', (socket) => {
        socket.resume();
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        socket.on('end', () => resolve('end'));
      });
    });
    const engine = startEngine();
    await engine.tcp(engine.host(LOCAL), (server.address() as { port: number }).port);
    expect(await ended).toBe('ECONNRESET');
    server.close();
  });
});

describe('a silent TCP endpoint', () => {
  let silent: SilentTcp;
  beforeAll(async () => {
    silent = await startSilentTcp(16);
  });
  afterAll(() => silent.stop());

  test('takes the whole patience while nothing is known of the host, and counts the SYNs of the system', async () => {
    const engine = startEngine({ patienceMs: 1_100 });
    const { value, ms } = await clock(() =>
      Promise.all(silent.ports.slice(0, 3).map((port) => engine.tcp(engine.host(LOCAL), port))),
    );
    for (const outcome of value) expect(outcome).toEqual({ ...SILENT, tries: 2 });
    expect(ms).toBeGreaterThanOrEqual(1_100);
    expect(ms).toBeLessThan(5_000);
  });

  test('is tried from fresh sockets after short gaps once the round-trip time is known', async () => {
    const engine = startEngine({ patienceMs: 3_100, shortGapMs: 120 });
    const host = engine.host(LOCAL);
    await engine.tcp(host, await startOpenPort());
    const { value, ms } = await clock(() => engine.tcp(host, silent.ports[0]!));
    // No fewer than the SYNs that silence withstands in the whole patience.
    expect(host.wantedTries).toBe(4);
    expect(value).toEqual({ ...SILENT, tries: host.wantedTries });
    expect(ms).toBeGreaterThanOrEqual(host.wantedTries * 120);
    expect(ms).toBeLessThan(2_500);
  });

  test('profits at once when another endpoint teaches the round-trip time meanwhile', async () => {
    const engine = startEngine({ patienceMs: 60_000 });
    const host = engine.host(LOCAL);
    const outcomes = silent.ports.slice(0, 3).map((port) => engine.tcp(host, port));
    await sleep(100);
    await engine.tcp(host, await findClosedPort());
    const { value, ms } = await clock(() => Promise.all(outcomes));
    for (const outcome of value) expect(outcome).toMatchObject(SILENT);
    expect(value[0]!.tries).toBeGreaterThanOrEqual(3);
    expect(ms).toBeLessThan(10_000);
  });

  test('takes the whole patience all the same where the timing forbids short gaps', async () => {
    const engine = startEngine({ patienceMs: 500, shortGapMs: null });
    const host = engine.host(LOCAL);
    await engine.tcp(host, await startOpenPort());
    const { value, ms } = await clock(() => engine.tcp(host, silent.ports[0]!));
    expect(value).toEqual({ ...SILENT, tries: 1 });
    expect(ms).toBeGreaterThanOrEqual(500);
  });

  test('is tried more often on a host that has proved lossy', async () => {
    const engine = startEngine({ patienceMs: 60_000, shortGapMs: 50 });
    const host = engine.host(LOCAL);
    await engine.tcp(host, await startOpenPort());
    host.heard(null, 1);
    expect(await engine.tcp(host, silent.ports[0]!)).toEqual({ ...SILENT, tries: host.wantedTries });
  });

  test('never waits for a socket that others hold while they wait themselves', async () => {
    const engine = startEngine({ patienceMs: 60_000, shortGapMs: 60, maxSockets: 8 });
    const host = engine.host(LOCAL);
    const open = await startOpenPort();
    await engine.tcp(host, open);
    const all = await Promise.all([...silent.ports, open, open].map((port) => engine.tcp(host, port)));
    expect(all.slice(-2).map(({ state }) => state)).toEqual(['open', 'open']);
    for (const outcome of all.slice(0, -2)) expect(outcome).toEqual({ ...SILENT, tries: host.wantedTries });
  });
});
