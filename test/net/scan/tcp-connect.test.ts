import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { listenTcp } from '../../../src/lab/listen-tcp.js';
import { countSyns, REFUSAL_GAP_MS } from '../../../src/net/scan/host.js';
import type { Outcome } from '../../../src/net/scan/outcome.js';
import { type SilentTcp, startSilentTcp } from '../../lab-sites/start-silent-tcp.js';
import { keep, stopAfterAll } from '../../lab-sites/running.js';
import { clock, startEngine } from '../start-engine.js';

stopAfterAll();

const LOCAL = '127.0.0.1';
const SILENT = { state: 'filtered', reason: 'no-response', rttMs: null, evidence: {} };

/** So many tries met silence: of a process that stood still meanwhile, the system may have sent more. */
function expectTries(outcome: Outcome, tries: number, { ms, usualMs }: { ms: number; usualMs: number }): void {
  expect(outcome).toEqual({ ...SILENT, tries: outcome.tries });
  expect(outcome.tries).toBeGreaterThanOrEqual(tries);
  if (countSyns(ms) === countSyns(usualMs)) expect(outcome.tries).toBe(tries);
}

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

  test('teaches nothing of refusals where it is one of many that matter less', async () => {
    const engine = startEngine();
    const host = engine.host(LOCAL);
    const outcome = await engine.tcp(host, await findClosedPort(), undefined, { minor: true });
    expect(outcome).toMatchObject({ state: 'closed', reason: 'conn-refused' });
    expect(host).toMatchObject({ answers: 1, tcpRefusals: 0 });
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

  test.concurrent(
    'takes the whole patience while nothing is known of the host, and counts the SYNs of the system',
    async () => {
      const engine = startEngine({ patienceMs: 1_100 });
      const { value, ms } = await clock(() =>
        Promise.all(silent.ports.slice(0, 3).map((port) => engine.tcp(engine.host(LOCAL), port))),
      );
      for (const outcome of value) expectTries(outcome, 2, { ms, usualMs: 1_100 });
      expect(ms).toBeGreaterThanOrEqual(1_100);
    },
  );

  test.concurrent(
    'takes the whole patience though the round-trip time is known: a router may answer in front of a slow site',
    async () => {
      // The last SYN of the system, at 3 s, counts as unanswered in time even where a busy machine answers late.
      const engine = startEngine({ patienceMs: 3_600, shortGapMs: 120 });
      const host = engine.host(LOCAL);
      await engine.tcp(host, await startOpenPort());
      const { value, ms } = await clock(() => engine.tcp(host, silent.ports[0]!));
      expect(host.wantedTries).toBe(4);
      // The SYNs of the system are tries enough: no fresh socket is needed.
      expectTries(value, host.wantedTries, { ms, usualMs: 3_600 });
      expect(ms).toBeGreaterThanOrEqual(3_600);
    },
  );

  test.concurrent('is tried from fresh sockets as well where that takes more tries than the system makes', async () => {
    const engine = startEngine({ patienceMs: 600, shortGapMs: 100 });
    const host = engine.host(LOCAL);
    await engine.tcp(host, await findClosedPort());
    const { value, ms } = await clock(() => engine.tcp(host, silent.ports[0]!));
    expect(host.wantedTries).toBe(4);
    expectTries(value, host.wantedTries, { ms, usualMs: 600 });
    expect(ms).toBeGreaterThanOrEqual(600);
  });

  test.concurrent('gets these tries at once when another endpoint teaches the round-trip time meanwhile', async () => {
    const engine = startEngine({ patienceMs: 900, shortGapMs: 100 });
    const host = engine.host(LOCAL);
    const outcomes = silent.ports.slice(0, 3).map((port) => engine.tcp(host, port));
    await sleep(100);
    await engine.tcp(host, await findClosedPort());
    for (const outcome of await Promise.all(outcomes)) {
      expect(outcome).toMatchObject(SILENT);
      expect(outcome.tries).toBeGreaterThanOrEqual(4);
    }
  });

  test.concurrent('takes the whole patience all the same where the timing forbids short gaps', async () => {
    const engine = startEngine({ patienceMs: 500, shortGapMs: null });
    const host = engine.host(LOCAL);
    await engine.tcp(host, await startOpenPort());
    const { value, ms } = await clock(() => engine.tcp(host, silent.ports[0]!));
    expectTries(value, 1, { ms, usualMs: 500 });
    expect(ms).toBeGreaterThanOrEqual(500);
  });

  test.concurrent('is tried more often on a host that has proved lossy', async () => {
    const engine = startEngine({ patienceMs: 600, shortGapMs: 50 });
    const host = engine.host(LOCAL);
    await engine.tcp(host, await startOpenPort());
    host.heard(null, 1);
    const { value, ms } = await clock(() => engine.tcp(host, silent.ports[0]!));
    expectTries(value, host.wantedTries, { ms, usualMs: 600 });
  });

  test.concurrent('is tried no more often than usual where it is one of very many', async () => {
    const engine = startEngine({ patienceMs: 2_600, shortGapMs: 50 });
    const host = engine.host(LOCAL);
    await engine.tcp(host, await findClosedPort());
    host.heard(null, 1);
    expect(host.wantedTries).toBe(6);
    const { value, ms } = await clock(() => engine.tcp(host, silent.ports[0]!, undefined, { brief: true }));
    expectTries(value, 3, { ms, usualMs: 2_600 });
  });

  test.concurrent('never waits for a socket that others hold while they wait themselves', async () => {
    const engine = startEngine({ patienceMs: 600, shortGapMs: 60, maxSockets: 8 });
    const host = engine.host(LOCAL);
    const open = await startOpenPort();
    await engine.tcp(host, open);
    const ports = [...silent.ports, open, open];
    const { value: all, ms } = await clock(() => Promise.all(ports.map((port) => engine.tcp(host, port))));
    expect(all.slice(-2).map(({ state }) => state)).toEqual(['open', 'open']);
    for (const outcome of all.slice(0, -2)) expectTries(outcome, host.wantedTries, { ms, usualMs: 1_600 });
  });
});

/** Errors of the network that await the next connects to a port. */
const failures = new Map<number, string[]>();

/** Has the next connects to a port end with this error of the network, as an ICMP message would. */
function failNext(port: number, code: string, times: number): void {
  failures.set(port, Array<string>(times).fill(code));
}

function failAsTold(): void {
  const connect = Reflect.get(Socket.prototype, 'connect') as (this: Socket, ...asked: unknown[]) => Socket;
  jest.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...asked: unknown[]) {
    const code = failures.get((asked[0] as { port?: number }).port ?? 0)?.shift();
    if (code === undefined) return connect.apply(this, asked);
    setTimeout(() => this.destroy(Object.assign(new Error(`connect ${code}`), { code })), 20);
    return this;
  });
}

describe('an ICMP error that tells no more than that the way is shut right now', () => {
  beforeAll(failAsTold);
  afterAll(() => void jest.restoreAllMocks());

  test.concurrent.each(['EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'ENOPROTOOPT', 'ETIMEDOUT'])(
    'does not settle the endpoint: the next try is answered (%s)',
    async (code) => {
      const engine = startEngine();
      const host = engine.host(LOCAL);
      const port = await startOpenPort();
      failNext(port, code, 2);
      const outcome = await engine.tcp(host, port);
      expect(outcome).toMatchObject({ state: 'open', reason: 'syn-ack', tries: 3 });
      expect(host).toMatchObject({ answers: 1, lost: 2 });
    },
  );

  test.concurrent('is the reason in the end where all tries meet it, as many as silence needs', async () => {
    const engine = startEngine();
    const host = engine.host(LOCAL);
    const port = await startOpenPort();
    failNext(port, 'EHOSTUNREACH', host.wantedTries);
    const { value, ms } = await clock(() => engine.tcp(host, port));
    expect(value).toEqual({ ...SILENT, reason: 'host-unreach', tries: host.wantedTries });
    expect(ms).toBeGreaterThanOrEqual(600);
    expect(host).toMatchObject({ answers: 0, lost: 0 });
  });

  test.concurrent('is the reason as well where the later tries meet silence', async () => {
    const port = keep(await startSilentTcp()).ports[0]!;
    const engine = startEngine();
    failNext(port, 'ENETUNREACH', 1);
    expect(await engine.tcp(engine.host(LOCAL), port)).toMatchObject({ state: 'filtered', reason: 'net-unreach' });
  });

  test.concurrent('yields to a refusal', async () => {
    const port = await findClosedPort();
    const engine = startEngine();
    failNext(port, 'EHOSTUNREACH', 1);
    const outcome = await engine.tcp(engine.host(LOCAL), port);
    expect(outcome).toMatchObject({ state: 'closed', reason: 'conn-refused', tries: 2 });
  });
});

describe('a host that limits its refusals', () => {
  test('is asked once more, one by one, for those that it swallowed', async () => {
    const silent = keep(await startSilentTcp(2));
    const engine = startEngine({ patienceMs: 300 });
    const host = engine.host(LOCAL);
    host.refused('udp', true);
    host.refused('tcp', true);
    const { value, ms } = await clock(async () => {
      const asked = silent.ports.map((port) => engine.tcp(host, port));
      // The first of the two has been asked once more in vain.
      await asked[0];
      await silent.stop();
      return Promise.all(asked);
    });
    expect(value.map(({ state }) => state)).toEqual(['filtered', 'closed']);
    expect(ms).toBeGreaterThanOrEqual(300 + REFUSAL_GAP_MS);
  });
});
