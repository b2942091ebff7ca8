import { afterEach, describe, expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Agenda } from '../../../src/async/agenda.js';
import { Engine } from '../../../src/net/scan/engine.js';
import { TIMINGS } from '../../../src/net/scan/timing.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Keeps the whole process busy. */
function stall(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

function createEngine(patienceMs: number): Engine {
  const engine = new Engine({ ...TIMINGS.fast, patienceMs, answerMs: patienceMs });
  cleanups.push(() => engine.close());
  return engine;
}

describe('where the process itself stands still', () => {
  test('appointments are put off by that time', async () => {
    const agenda = new Agenda();
    const started = performance.now();
    const ran = new Promise<number>((resolve) => agenda.in(300, () => resolve(performance.now() - started)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    stall(600);
    expect(await ran).toBeGreaterThan(850);
    agenda.clear();
  });

  test('a connection that was made meanwhile is open, not silent', async () => {
    const server: Server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    const engine = createEngine(150);
    const outcome = engine.tcp(engine.host('127.0.0.1'), (server.address() as AddressInfo).port);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    stall(500);
    expect(await outcome).toMatchObject({ state: 'open', reason: 'syn-ack' });
  });

  test('a refusal that may have come at once is not taken for late', async () => {
    const engine = createEngine(3_000);
    const [host, other] = [engine.host('127.0.0.1'), engine.host('127.0.0.1')];
    const [still, prompt] = [engine.tcp(host, 1), engine.tcp(other, 1)];
    await prompt;
    expect(await still).toMatchObject({ state: 'closed', tries: 1 });
    expect(host.standstillAt('tcp/1')).toBe(0);
    const again = engine.tcp(host, 1);
    // The SYN leaves a turn later, and the process stands still before it reads the answer.
    await new Promise((resolve) => setImmediate(() => process.nextTick(resolve)));
    stall(1_100);
    expect(await again).toMatchObject({ state: 'closed', tries: 2 });
    expect(host.standstillAt('tcp/1')).toBeGreaterThan(900);
    expect(host.limitsTcpRefusals).toBe(false);
  });

  test('no try of a UDP probe is left out', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    cleanups.push(() => socket.close());
    const engine = createEngine(200);
    const outcome = engine.udp(engine.host('127.0.0.1'), socket.address().port, {
      ask: () => ({ bytes: Buffer.from('?') }),
      read: () => undefined,
      reason: 'udp-response',
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    stall(500);
    expect(await outcome).toMatchObject({ state: 'open|filtered', reason: 'no-response', tries: 3 });
  });
});
