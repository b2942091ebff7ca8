import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import {
  parseStun,
  renderStunIndication,
  renderStunRequest,
  renderStunResponse,
} from '../../../src/protocols/nat/stun.js';
import { StunPorts } from '../../../src/vantage/exchanges/stun-ports.js';
import { keep, stopAfterAll } from '../../lab-sites/running.js';
import { openUdpClient, pause } from './udp-client.js';

const HOST = '127.0.0.1';
const KEY = Buffer.alloc(32, 1);

stopAfterAll();

/** Ports and a client of its own for each test, since they wait side by side. */
async function open() {
  const stun = await StunPorts.open({ host: HOST, ports: [0, 0] });
  const client = await openUdpClient();
  const stop = new AbortController();
  keep({
    stop: async () => {
      stop.abort();
      client.close();
      await stun.close();
    },
  });
  const begin = (seconds = 300, address = HOST, { signal } = stop) =>
    stun.serve({ address, key: KEY, seconds, signal });
  return { stun, client, stop, begin };
}

const ask = (delaySeconds: number | null = null, transaction = randomBytes(12).toString('hex'), key = KEY) =>
  renderStunRequest(key, { transaction, delaySeconds, software: 'test' });
const read = (bytes: Buffer | undefined) => parseStun(bytes!, KEY);

describe('StunPorts', () => {
  test.concurrent('tell on both ports from where they are asked', async () => {
    const { stun, client, begin } = await open();
    void begin();
    for (const port of stun.ports) client.send(ask(), port);
    const answers = await client.waitFor(2);
    for (const answer of answers) {
      expect(read(answer)).toMatchObject({ type: 'response', mapped: { address: HOST, port: client.port } });
    }
    expect(stun.ports[0]).not.toBe(stun.ports[1]);
  });

  test.concurrent('send the indication late, several times, and not to another port', async () => {
    const { stun, client, begin } = await open();
    void begin();
    const transaction = randomBytes(12).toString('hex');
    const asked = performance.now();
    client.send(ask(1, transaction), stun.ports[1]);
    await client.waitFor(2);
    // A timer may come a millisecond early.
    expect(performance.now() - asked).toBeGreaterThan(998);
    await client.waitFor(4);
    expect(client.received.map((bytes) => read(bytes)?.type)).toEqual([
      ...['response', 'indication', 'indication', 'indication'],
    ]);
    expect(client.received.every((bytes) => read(bytes)?.transaction === transaction)).toBe(true);
  });

  test.concurrent('begin the wait anew where a request comes again', async () => {
    const { stun, client, begin } = await open();
    void begin();
    const request = ask(2);
    client.send(request, stun.ports[0]);
    await client.waitFor(1);
    await pause(200);
    const asked = performance.now();
    client.send(request, stun.ports[0]);
    await client.waitFor(3);
    expect(performance.now() - asked).toBeGreaterThan(1_998);
    expect(client.received.map((bytes) => read(bytes)?.type)).toEqual(['response', 'response', 'indication']);
  });

  test.concurrent.each([
    ['is not signed', () => ask().subarray(0, -36)],
    ['is signed with another key', () => ask(null, undefined, randomBytes(32))],
    ['asks for a longer silence than was agreed', () => ask(61)],
    ['is no request', () => renderStunIndication(KEY, '00'.repeat(12))],
    [
      'is an answer',
      () => renderStunResponse(KEY, { transaction: '00'.repeat(12), mapped: { address: HOST, port: 1 } }),
    ],
    ['is no STUN', () => randomBytes(480)],
  ])('do not answer what %s', async (_, bytes) => {
    const { stun, client, begin } = await open();
    void begin(60);
    client.send(bytes(), stun.ports[0]);
    await pause(80);
    expect(client.received).toEqual([]);
  });

  test.concurrent('answer nobody without an exchange, with another address, or after its end', async () => {
    const { stun, client, stop, begin } = await open();
    client.send(ask(), stun.ports[0]);
    void begin(60, '192.0.2.1');
    await pause(30);
    client.send(ask(), stun.ports[0]);
    await pause(30);
    stop.abort();
    const later = new AbortController();
    const over = begin(300, HOST, later);
    later.abort();
    await over;
    client.send(ask(), stun.ports[0]);
    await pause(50);
    expect(client.received).toEqual([]);
  });

  test.concurrent('promise sixteen indications in one exchange, and answer 128 requests', async () => {
    const { stun, client, begin } = await open();
    void begin();
    for (let i = 0; i < 20; i++) client.send(ask(300), stun.ports[0]);
    await client.waitFor(16);
    await pause(50);
    expect(client.received).toHaveLength(16);
    for (let i = 0; i < 150; i++) {
      client.send(ask(), stun.ports[0]);
      await pause(0);
    }
    await pause(100);
    expect(client.received.length).toBeLessThanOrEqual(128);
    expect(client.received.length).toBeGreaterThan(100);
  });

  test.concurrent('never send more than they were sent', async () => {
    const { stun, client, begin } = await open();
    void begin();
    const request = ask(1);
    client.send(request, stun.ports[0]);
    await client.waitFor(4).catch(() => {});
    await pause(300);
    const bytes = client.received.reduce((sum, { length }) => sum + length, 0);
    expect(client.received).toHaveLength(4);
    expect(bytes).toBeLessThanOrEqual(request.length);
  });

  test.concurrent('cut their promises off at the end of an exchange', async () => {
    const { stun, client, stop, begin } = await open();
    const over = begin();
    client.send(ask(1), stun.ports[0]);
    await client.waitFor(1);
    stop.abort();
    await over;
    await pause(1_100);
    expect(client.received).toHaveLength(1);
  });

  test.concurrent('hold no more than 64 exchanges', async () => {
    const { stop, begin } = await open();
    setMaxListeners(0, stop.signal);
    for (let i = 0; i < 64; i++) void begin();
    await expect(begin()).rejects.toThrow('too many');
  });

  test.concurrent('reject where a port is taken, and then hold none', async () => {
    const taken = createSocket('udp4');
    await new Promise<void>((resolve) => taken.bind(0, HOST, resolve));
    const free = await openUdpClient();
    free.close();
    await expect(StunPorts.open({ host: HOST, ports: [free.port, taken.address().port] })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    const open = await StunPorts.open({ host: HOST, ports: [free.port, 0] });
    await open.close();
    taken.close();
  });
});
