import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { StoreError } from '../../src/fleet/store/store-error.js';
import { MAX_WORK_BODY } from '../../src/model/work-api.js';
import type { WorkerSign } from '../../src/model/work.js';
import { ask, readError, until } from '../vantage/run-app.js';
import {
  BERLIN,
  BERLIN_2,
  createOrder,
  createResult,
  OF_NO_VANTAGE,
  OFFICE,
  runWorkApp,
  WORKER,
} from './run-work-app.js';

const SIGN: WorkerSign = {
  ...{ id: WORKER, vantage: 'berlin', host: 'box', pid: 7, version: '1.0.0' },
  ...{ state: 'idle', note: '', looks: 3, orders: [] },
};
const results = (...of: unknown[]) => ({ vantage: 'berlin', results: of, last: true });
const take = { vantage: 'berlin', worker: WORKER };
const takeText = JSON.stringify(take);
const ID = randomUUID();

/** Sends bytes, and leaves the connection open. */
async function open(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const requestText = (path: string, length: number, body: string) =>
  `POST /work/v1${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${BERLIN}\r\n` +
  `content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;

describe('a worker with a token', () => {
  test('takes the orders of its vantage, gives results and signs of life, and leaves', async () => {
    const { source, port, post } = await runWorkApp();
    const order = createOrder();
    source.put('berlin', order);
    expect(JSON.parse((await post('/orders', take)).text)).toEqual(order);
    expect(await post('/orders', take, { token: BERLIN_2 })).toMatchObject({ status: 204, text: '' });
    const result = createResult('c0');
    expect(await post(`/orders/${order.id}/results`, results(result))).toMatchObject({ status: 204 });
    const given = { vantage: 'berlin', order: order.id, results: [result], last: true };
    expect(source.delivered).toEqual([given]);
    await post(`/orders/${order.id}/return`, { ...take, why: 'the worker was stopped' });
    expect(source.returned).toEqual([{ ...take, order: order.id, why: 'the worker was stopped' }]);
    await post('/signs', SIGN);
    expect(source.signs.get(WORKER)).toEqual(SIGN);
    const path = `/work/v1/signs/${WORKER}`;
    expect(await ask(port, { method: 'DELETE', path, token: BERLIN })).toMatchObject({ status: 204 });
    expect(source.left).toEqual([`berlin ${WORKER}`]);
  });

  test('is given an order that comes while it waits', async () => {
    const { source, post } = await runWorkApp({ limits: { takeMs: 20_000, pollMs: 5 } });
    const answer = post('/orders', take);
    await until(() => source.taken > 1);
    const order = createOrder();
    source.put('berlin', order);
    expect(JSON.parse((await answer).text)).toEqual(order);
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.returned).toEqual([]);
  });

  test('waits no longer than the server, or than it does itself', async () => {
    const { source, port, post, ending, accesses } = await runWorkApp({ limits: { takeMs: 20_000, pollMs: 5 } });
    const gone = await open(port, requestText('/orders', takeText.length, takeText));
    await until(() => source.taken > 1);
    gone.destroy();
    await until(() => accesses.length === 1);
    const before = source.taken;
    // Long enough for several looks.
    for (let asked = 0; asked < 10; asked++) await ask(port, { path: '/healthz' });
    expect(source.taken).toBeLessThanOrEqual(before + 1);
    const waiting = post('/orders', take);
    await until(() => source.taken > before + 1);
    ending.abort();
    expect(await waiting).toMatchObject({ status: 204 });
  });

  test('does not have an order that it went away from: another gets it', async () => {
    const { source, port } = await runWorkApp();
    const order = createOrder();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    source.take = async () => {
      await held;
      return order;
    };
    const socket = await open(port, requestText('/orders', takeText.length, takeText));
    await until(() => socket.bytesWritten > 0);
    socket.destroy();
    await once(socket, 'close');
    // The server has seen it by the time that it answers the next.
    await ask(port, { path: '/healthz' });
    release();
    await until(() => source.returned.length > 0);
    expect(source.returned).toEqual([{ ...take, order: order.id, why: 'the worker went away' }]);
  });

  test('may have so many requests under way', async () => {
    const { source, post } = await runWorkApp({ limits: { takeMs: 20_000, pollMs: 5, tokenTakes: 1 } });
    const first = post('/orders', take);
    await until(() => source.taken > 0);
    expect(readError(await post('/orders', take))).toBe('too many requests are under way with this token');
    // Another token has places of its own.
    const other = post('/orders', take, { token: BERLIN_2 });
    source.put('berlin', createOrder());
    source.put('berlin', createOrder());
    expect((await Promise.all([first, other])).map(({ status }) => status)).toEqual([200, 200]);
    source.put('berlin', createOrder());
    expect(await post('/orders', take)).toMatchObject({ status: 200 });
  });

  test('is told to wait while the store is away, and not why', async () => {
    const { source, post, troubles } = await runWorkApp();
    source.failure = new StoreError('postgres://sallyport@db: connection refused', { mayPass: true });
    const answer = await post('/orders', take);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(readError(answer)).toBe('the coordinator cannot get at its store at the moment');
    expect(troubles).toMatchObject([{ message: /connection refused/ }]);
  });
});

describe('no one', () => {
  const PATHS: readonly (readonly [string, object])[] = [
    ['/orders', take],
    [`/orders/${ID}/results`, results()],
    [`/orders/${ID}/return`, { ...take, why: '' }],
    ['/signs', SIGN],
  ];

  test.each(PATHS)('without a token that holds gets to %s', async (path, body) => {
    const { source, post } = await runWorkApp();
    for (const token of ['spt_guessed', undefined]) {
      const answer = await post(path, body, { token: token as string });
      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    }
    expect([source.taken, source.delivered, source.returned, source.signs.size]).toEqual([0, [], [], 0]);
  });

  test.each(PATHS)('with the token of another vantage gets to %s', async (path, body) => {
    const { source, post } = await runWorkApp();
    const other = await post(path, body, { token: OFFICE });
    expect([other.status, readError(other)]).toEqual([403, 'the token office is of the vantage office, not of berlin']);
    const none = await post(path, body, { token: OF_NO_VANTAGE });
    expect([none.status, readError(none)]).toEqual([
      403,
      'the token Ann is of no vantage: its name is not that of one',
    ]);
    expect([source.taken, source.delivered, source.returned, source.signs.size]).toEqual([0, [], [], 0]);
  });

  test('has another vantage lose a worker', async () => {
    const { source, port } = await runWorkApp();
    await ask(port, { method: 'DELETE', path: `/work/v1/signs/${WORKER}`, token: OFFICE });
    expect(source.left).toEqual([`office ${WORKER}`]);
  });

  test('speaks plain HTTP but a proxy, from beyond this machine', async () => {
    const { post } = await runWorkApp({ proxies: '127.0.0.1' });
    const answer = await post('/orders', take, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(answer.status).toBe(204);
    expect(readError(await post('/orders', take))).toMatch(/^the proxy did not say which address you come from/);
  });
});

describe('hostile requests', () => {
  test.each<[string, unknown]>([
    ['no object', []],
    ['without a vantage', { results: [], last: true }],
    ['more than is known', { ...results(), more: 1 }],
    ['a vantage that is no name', { ...results(), vantage: "'; drop table looks" }],
    ['too many results', results(...new Array<number>(257).fill(0))],
    ['no JSON', undefined],
  ])('%s: refused', async (_what, body) => {
    const { source, post } = await runWorkApp();
    const answer = await post(`/orders/${ID}/results`, body, body === undefined ? { body: '{' } : {});
    expect([answer.status, readError(answer)]).toEqual([400, expect.stringMatching(/^(?:body|the body)/)]);
    expect(source.delivered).toEqual([]);
  });

  test('an id that is none, and control characters in a reason, are refused', async () => {
    const { source, post } = await runWorkApp();
    expect(await post('/orders/1/results', results())).toMatchObject({ status: 400 });
    expect(await post(`/orders/${ID}/return`, { ...take, why: 'a\u0000b' })).toMatchObject({ status: 400 });
    expect(await post('/orders', { ...take, worker: "'; drop table looks" })).toMatchObject({ status: 400 });
    expect(await post('/signs', { ...SIGN, state: 'asleep' })).toMatchObject({ status: 400 });
    expect([source.delivered, source.returned, source.signs.size]).toEqual([[], [], 0]);
  });

  test('what cannot be read is told of its look; what is of no look is dropped', async () => {
    const { source, post } = await runWorkApp();
    const { key, survey } = createResult('c1');
    const deep = JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) as unknown;
    const answer = await post(
      `/orders/${ID}/results`,
      results(
        { key, survey: { ...survey, observations: [{ endpoint: 'tcp/80' }] }, trouble: null },
        { key: { ...key, client: 'c2' }, survey: { ...survey, target: deep }, trouble: null },
        { key: { ...key, client: 'c3\u0000' }, survey, trouble: null },
        { key: { ...key, client: 'c4\ud800' }, survey, trouble: null },
        { key: { ...key, round: 3 }, survey, trouble: null },
        ...[null, 5, deep, {}],
        createResult('c5'),
      ),
    );
    expect(answer.status).toBe(204);
    const trouble = 'what the worker sent cannot be read: it is of another version';
    expect(source.delivered[0]!.results).toEqual([
      { key, survey: null, trouble },
      { key: { ...key, client: 'c2' }, survey: null, trouble },
      createResult('c5'),
    ]);
  });

  test('a body that is too large is not read', async () => {
    const { source, port, post } = await runWorkApp();
    const path = `/orders/${ID}/results`;
    const answer = await post(path, null, { headers: { 'content-length': String(MAX_WORK_BODY + 1) } }).catch(
      () => null,
    );
    if (answer) expect(answer.status).toBe(413);
    const chunks = { body: `[${'1,'.repeat(MAX_WORK_BODY / 2)}1]`, chunked: true };
    const other = await post(path, null, chunks).catch(() => null);
    if (other) expect(other.status).toBe(413);
    expect(source.delivered).toEqual([]);
    expect(await ask(port, { path: '/healthz' })).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  });

  test('few large bodies are read at once: who sends slowly is refused more, and is cut off', async () => {
    const { port, post } = await runWorkApp({ limits: { tokenBodies: 1, requestSeconds: 1 } });
    const path = `/orders/${ID}/results`;
    const slow = await open(port, requestText(path, 1_000, '{'));
    let refused = '';
    await until(async () => {
      const answer = await post(path, results());
      refused = answer.status === 429 ? readError(answer) : '';
      return refused !== '';
    });
    expect(refused).toBe('too many requests are under way with this token');
    expect(await post(path, results(), { token: BERLIN_2 })).toMatchObject({ status: 204 });
    slow.resume();
    await once(slow, 'close');
    await until(async () => (await post(path, results())).status === 204);
  });
});
