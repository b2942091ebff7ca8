import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { createKey, OTHER_TOKEN, readError, runApp, TOKEN, until } from './run-app.js';

const PROOFS = { key: createKey(), endpoints: ['udp/5060'] };

describe('rates', () => {
  test('hold for an address, whatever it asks', async () => {
    const { send, accesses } = await runApp({ limits: { addressRequests: 3 } });
    for (const path of ['/healthz', '/nothing', '/v1/whoami']) expect((await send({ path })).status).not.toBe(429);
    const answer = await send({ token: TOKEN });
    expect([answer.status, readError(answer)]).toEqual([429, 'too many requests from your address: try again later']);
    const seconds = Number(answer.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await send({ token: TOKEN, from: '127.0.0.9' })).status).toBe(200);
    // What is too much is not told one by one: it would fill the log.
    await until(() => accesses.length >= 4);
    expect(accesses.map(({ status }) => status)).toEqual([200, 404, 401, 200]);
  });

  test('take neighbours in IPv6 for one', async () => {
    const { send } = await runApp({ limits: { addressRequests: 1 }, proxies: '127.0.0.1' });
    const from = async (address: string) =>
      (await send({ token: TOKEN, headers: { 'x-forwarded-for': address } })).status;
    expect(await from('2001:db8:0:1::1')).toBe(200);
    expect(await from('2001:db8:0:1:ffff::2')).toBe(429);
    expect(await from('2001:db8:0:2::1')).toBe(200);
  });

  test('count IPv6 by /48, too, as much as eight addresses', async () => {
    const { send } = await runApp({ limits: { addressRequests: 1 }, proxies: '127.0.0.1' });
    const from = async (address: string) =>
      (await send({ token: TOKEN, headers: { 'x-forwarded-for': address } })).status;
    for (let site = 1; site <= 8; site++) expect(await from(`2001:db8:7:${site}::1`)).toBe(200);
    expect(await from('2001:db8:7:9::1')).toBe(429);
    expect(await from('2001:db8:8:9::1')).toBe(200);
  });

  test('are remembered for an address, however many others ask', async () => {
    const { app } = await runApp({ limits: { addressRequests: 1 } });
    const from = async (remoteAddress: string) => (await app.inject({ url: '/healthz', remoteAddress })).statusCode;
    expect(await from('203.0.113.7')).toBe(200);
    for (let n = 0; n < 6_000; n++) await from(`198.18.${n >> 8}.${n & 255}`);
    expect(await from('203.0.113.7')).toBe(429);
  });

  test('hold for a token, wherever it is used', async () => {
    const { send } = await runApp({ limits: { tokenRequests: 2 } });
    for (const from of ['127.0.0.1', '127.0.0.2']) expect((await send({ token: TOKEN, from })).status).toBe(200);
    const answer = await send({ token: TOKEN, from: '127.0.0.3' });
    expect([answer.status, readError(answer)]).toEqual([429, 'too many requests with your token: try again later']);
    expect((await send({ token: OTHER_TOKEN, from: '127.0.0.3' })).status).toBe(200);
  });

  test('of orders hold for an address and for a token, whatever is ordered', async () => {
    const { post, send } = await runApp({ limits: { addressOrders: 1, tokenOrders: 2 } });
    expect((await post('/v1/proofs', PROOFS)).status).toBe(200);
    expect((await post('/v1/nat-bindings', PROOFS)).status).toBe(429);
    expect((await post('/v1/proofs', PROOFS, { from: '127.0.0.2' })).status).toBe(200);
    expect((await post('/v1/proofs', PROOFS, { from: '127.0.0.3' })).status).toBe(429);
    expect((await post('/v1/proofs', PROOFS, { from: '127.0.0.4', token: OTHER_TOKEN })).status).toBe(200);
    expect((await send({ token: TOKEN })).status).toBe(200);
  });

  test('are not filled for others by those without a token', async () => {
    const { send } = await runApp({ limits: { tokenRequests: 1 } });
    for (let count = 0; count < 3; count++) expect((await send({ token: 'wrong' })).status).toBe(401);
    expect((await send({ token: TOKEN })).status).toBe(200);
  });

  test('of connections hold for an address, and not for proxies', async () => {
    for (const [proxies, held] of [
      ['192.0.2.1', 2],
      ['127.0.0.1', 5],
    ] as const) {
      const { port, send } = await runApp({ limits: { addressConnections: 2 }, proxies });
      const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').on('error', () => {}));
      let closed = 0;
      for (const socket of sockets) socket.once('close', () => closed++).resume();
      await until(() => closed === 5 - held);
      expect((await send({ path: '/healthz', from: '127.0.0.9' })).status).toBe(200);
      expect(closed).toBe(5 - held);
      for (const socket of sockets) socket.destroy();
      await until(() => closed === 5);
      expect((await retry(() => send({ path: '/healthz' }))).status).toBe(200);
    }
  });
});

/** Until the server has seen that connections were closed. */
async function retry<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const result = await work().catch(() => null);
    if (result !== null) return result;
  }
}
