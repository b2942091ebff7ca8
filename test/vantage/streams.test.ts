import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import type { ProofEvent } from '../../src/model/vantage-api.js';
import { sendEvents } from '../../src/server/event-stream.js';
import type { Exchanges } from '../../src/vantage/vantage-context.js';
import { createKey, createNonce, OTHER_TOKEN, readError, readEvents, runApp, TOKEN, until } from './run-app.js';

const PROOFS = { key: createKey(), endpoints: ['udp/5060'] };
const PROOF: ProofEvent = { endpoint: 'udp/5060', state: 'open', reason: 'udp-response', tries: 1, receipt: true };

/** Work that goes on until it is aborted. */
function runUntilAborted() {
  const signals: AbortSignal[] = [];
  const sendProofs: Exchanges['sendProofs'] = async function* ({ signal }) {
    signals.push(signal);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    yield* [];
  };
  return { signals, sendProofs };
}

/** Begins a request for proofs on a bare socket, which is given back. */
function beginProofs(port: number) {
  const socket = connect(port, '127.0.0.1');
  socket.write(renderPost('/v1/proofs', PROOFS));
  return socket;
}

function renderPost(path: string, asked: object): string {
  const body = JSON.stringify({ ...asked, nonce: createNonce() });
  return (
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

describe('streams', () => {
  test('run one of a kind for an address, and some for a token', async () => {
    const { signals, sendProofs } = runUntilAborted();
    const { post, slots, ending } = await runApp({ limits: { tokenStreams: 2 }, exchanges: { sendProofs } });
    const first = post('/v1/proofs', PROOFS);
    await until(() => signals.length === 1);
    const again = await post('/v1/proofs', PROOFS, { token: OTHER_TOKEN });
    expect([again.status, readError(again)]).toEqual([429, 'the same request is already running for your address']);
    expect(again.headers['retry-after']).toBe('10');
    const second = post('/v1/proofs', PROOFS, { from: '127.0.0.2' });
    await until(() => signals.length === 2);
    const third = await post('/v1/proofs', PROOFS, { from: '127.0.0.3' });
    expect([third.status, readError(third)]).toEqual([429, 'too many requests are running with your token']);
    const other = post('/v1/proofs', PROOFS, { from: '127.0.0.3', token: OTHER_TOKEN });
    await until(() => signals.length === 3);
    expect(slots.count('proofs')).toBe(3);
    ending.abort();
    await Promise.all([first, second, other]);
    expect(slots.count('proofs')).toBe(0);
  });

  test('run so many in all', async () => {
    const { signals, sendProofs } = runUntilAborted();
    const { post, ending } = await runApp({ limits: { streams: 1 }, exchanges: { sendProofs } });
    const first = post('/v1/proofs', PROOFS);
    await until(() => signals.length === 1);
    const second = await post('/v1/proofs', PROOFS, { from: '127.0.0.2', token: OTHER_TOKEN });
    expect([second.status, second.headers['retry-after']]).toEqual([503, '10']);
    ending.abort();
    await first;
  });

  test('abort the work as soon as the caller goes away, and are told of', async () => {
    const { signals, sendProofs } = runUntilAborted();
    const { port, slots, accesses, troubles } = await runApp({ exchanges: { sendProofs } });
    const socket = beginProofs(port);
    await until(() => signals.length === 1);
    expect(signals[0]!.aborted).toBe(false);
    socket.destroy();
    await until(() => signals[0]!.aborted && slots.count('proofs') === 0);
    expect(accesses).toMatchObject([{ token: 'ann', address: '127.0.0.1', route: '/v1/proofs', status: 200 }]);
    expect(troubles).toEqual([]);
  });

  test('end with their connection where they wait behind another one, and are told of', async () => {
    const { signals, sendProofs } = runUntilAborted();
    const sip = {
      ...{ udp: 5060, tcp: 5060 },
      async *exchange({ signal }: { signal: AbortSignal }) {
        signals.push(signal);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        yield* [];
      },
    };
    const { port, slots, accesses } = await runApp({ exchanges: { sendProofs, sip } });
    const socket = beginProofs(port);
    socket.write(renderPost('/v1/sip-exchanges', { key: createKey() }));
    await until(() => signals.length === 2);
    socket.destroy();
    await until(() => slots.count('proofs') + slots.count('sip') === 0);
    expect(accesses.map(({ route }) => route)).toEqual(['/v1/proofs', '/v1/sip-exchanges']);
  });

  test('abort the work for a caller who has gone before it begins', async () => {
    let aborted = false;
    const work = async function* (signal: AbortSignal) {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
      yield* [];
    };
    const limits = { seconds: 60, waitingBytes: 4_096, keepAliveSeconds: 10, ending: new AbortController().signal };
    const server = createServer((request, response) => {
      const reply = { raw: response, request: { raw: request }, hijack: () => {} } as unknown as FastifyReply;
      response.once('close', () => void sendEvents(reply, { ...limits, work, onTrouble: () => {} }));
      request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    beginProofs((server.address() as AddressInfo).port).on('error', () => {});
    await until(() => aborted);
    server.close();
  });

  test('cut off a reader that does not read', async () => {
    let sent = 0;
    let aborted = false;
    const sendProofs: Exchanges['sendProofs'] = async function* ({ signal }) {
      signal.addEventListener('abort', () => (aborted = true));
      for (; !signal.aborted; sent++) {
        yield PROOF;
        if (sent % 100 === 0) await sleep(0);
      }
    };
    const { port, slots } = await runApp({ limits: { waitingBytes: 4_096 }, exchanges: { sendProofs } });
    const socket = beginProofs(port).pause();
    const closed = new Promise((resolve) => socket.once('close', resolve).once('error', () => {}));
    await until(() => aborted);
    await until(() => slots.count('proofs') === 0);
    // The buffers of the system and no more.
    expect(sent).toBeGreaterThan(100);
    expect(sent).toBeLessThan(200_000);
    socket.resume();
    await closed;
  });

  test('do not cut off one that reads', async () => {
    const sendProofs: Exchanges['sendProofs'] = async function* () {
      for (let sent = 0; sent < 2_000; sent++) yield PROOF;
      await sleep(1);
    };
    const { post } = await runApp({ exchanges: { sendProofs } });
    expect(readEvents((await post('/v1/proofs', PROOFS)).text)).toHaveLength(2_002);
  });

  test('end after their time, whether the work does or not', async () => {
    const sendProofs: Exchanges['sendProofs'] = async function* () {
      yield PROOF;
      await new Promise(() => {});
    };
    const { post, slots } = await runApp({ limits: { proofSeconds: 0.2 }, exchanges: { sendProofs } });
    const { text } = await post('/v1/proofs', PROOFS);
    expect(readEvents(text)).toEqual([
      { event: 'started', data: { address: '127.0.0.1', ports: [] } },
      { event: 'proof', data: PROOF },
      { event: 'failed', data: { message: 'it took too long and was cut off' } },
    ]);
    await until(() => slots.count('proofs') === 0);
  });

  test('end with the server', async () => {
    const { signals, sendProofs } = runUntilAborted();
    const { post, ending } = await runApp({ exchanges: { sendProofs } });
    const answer = post('/v1/proofs', PROOFS);
    await until(() => signals.length === 1);
    ending.abort();
    expect(readEvents((await answer).text).at(-1)).toEqual({
      event: 'failed',
      data: { message: 'the server is being shut down' },
    });
  });

  test('tell where the work fails, but not why', async () => {
    const sendProofs: Exchanges['sendProofs'] = async function* () {
      yield await Promise.resolve(PROOF);
      throw new Error('a secret of the house');
    };
    const { post, troubles } = await runApp({ exchanges: { sendProofs } });
    const events = readEvents((await post('/v1/proofs', PROOFS)).text);
    expect(events.map(({ event }) => event)).toEqual(['started', 'proof', 'failed']);
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(troubles).toEqual([expect.objectContaining({ message: 'a secret of the house' })]);
  });

  test('say that they live', async () => {
    const { sendProofs } = runUntilAborted();
    const { post } = await runApp({ limits: { keepAliveSeconds: 0.05, proofSeconds: 0.3 }, exchanges: { sendProofs } });
    const { text, headers } = await post('/v1/proofs', PROOFS);
    expect(text).toMatch(/\n\n: alive\n\n/);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  });
});

describe('SIP and NAT', () => {
  test('are answered on the ports that are told, once those listen', async () => {
    const log: string[] = [];
    const message = { direction: 'arrived', transport: 'udp', peer: { address: '127.0.0.1', port: 1 }, bytes: 'AA==' };
    const exchanges: Partial<Exchanges> = {
      sip: {
        ...{ udp: 5060, tcp: 5061 },
        async *exchange({ address, key }) {
          log.push(`sip ${address} ${key.length}`);
          yield await Promise.resolve(message as never);
        },
      },
      stun: {
        ports: [3478, 3479],
        serve: ({ address, key, seconds }) => {
          log.push(`stun ${address} ${key.length} ${seconds}`);
          return Promise.resolve();
        },
      },
    };
    const { send, post } = await runApp({ exchanges });
    expect(JSON.parse((await send({ token: TOKEN })).text)).toMatchObject({
      sip: { udp: 5060, tcp: 5061 },
      stun: [3478, 3479],
    });
    const key = createKey();
    expect(readEvents((await post('/v1/sip-exchanges', { key })).text)).toEqual([
      { event: 'started', data: { address: '127.0.0.1', ports: [5060, 5061] } },
      { event: 'message', data: message },
      { event: 'end', data: {} },
    ]);
    expect(readEvents((await post('/v1/nat-bindings', { key, seconds: 30 })).text)).toEqual([
      { event: 'started', data: { address: '127.0.0.1', ports: [3478, 3479] } },
      { event: 'end', data: {} },
    ]);
    expect(log).toEqual(['sip 127.0.0.1 32', 'stun 127.0.0.1 32 30']);
    expect((await post('/v1/nat-bindings', { key, seconds: 301 })).status).toBe(400);
  });

  test('are not there where they are switched off', async () => {
    const { send, post } = await runApp();
    expect(JSON.parse((await send({ token: TOKEN })).text)).toMatchObject({ sip: null, stun: null });
    expect((await post('/v1/sip-exchanges', { key: createKey() })).status).toBe(404);
    expect((await post('/v1/nat-bindings', { key: createKey(), seconds: 1 })).status).toBe(404);
  });

  test('that fail at once are told as failed', async () => {
    const stun = { ports: [1, 2] as const, serve: () => Promise.reject(new Error('no')) };
    const { post, troubles } = await runApp({ exchanges: { stun } });
    const events = readEvents((await post('/v1/nat-bindings', { key: createKey(), seconds: 1 })).text);
    expect(events.map(({ event }) => event)).toEqual(['started', 'failed']);
    expect(troubles).toHaveLength(1);
  });
});
