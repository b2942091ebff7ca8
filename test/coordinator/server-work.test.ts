import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Spool } from '../../src/files/work/spool.js';
import { createExclusion } from '../../src/files/targets/guard.js';
import { StoreError } from '../../src/fleet/store/store-error.js';
import { tellNoAnswer } from '../../src/fleet/workers/server-trouble.js';
import { ServerWork, type ServerWorkOptions } from '../../src/fleet/workers/server-work.js';
import { runWorker } from '../../src/fleet/workers/worker.js';
import { MAX_WORK_BODY } from '../../src/model/work-api.js';
import { TIMINGS } from '../../src/net/scan/timing.js';
import { makeCertificate } from '../vantage/make-certificate.js';
import { until } from '../vantage/run-app.js';
import { BERLIN, createOrder, createResult, OFFICE, runWorkApp, WORKER } from './run-work-app.js';

const never = new AbortController().signal;

function connect(url: URL, options: Partial<ServerWorkOptions> = {}): ServerWork {
  return new ServerWork({ url, token: BERLIN, signal: never, ...options });
}

async function failureOf(work: Promise<unknown>): Promise<{ message: string; mayPass: boolean }> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StoreError)) throw new Error(`no StoreError but ${String(error)}`);
  return { message: error.message, mayPass: error.mayPass };
}

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** A server that answers everything with a status and a body; with null it says nothing. */
async function answerAll(status: number | null, body = '', headers: Record<string, string> = {}): Promise<URL> {
  const server = createServer((request, response) => {
    request.resume();
    if (status !== null) response.writeHead(status, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  stops.push(() => (server.closeAllConnections(), server.close()));
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

describe('over HTTPS', () => {
  test('an order is taken and its results are given, in parts where they are many', async () => {
    const tls = makeCertificate();
    const { source, url } = await runWorkApp({ tls });
    const work = connect(url, { ca: tls.cert });
    expect(work.path).toBe(url.host);
    expect(await work.take('berlin', WORKER)).toBeNull();
    const order = createOrder(3);
    source.put('berlin', order);
    expect(await work.take('berlin', WORKER)).toEqual(order);
    const results = ['c0', 'c1', 'c2'].map((client) => createResult(client, 400 << 10));
    await work.deliver('berlin', order.id, results);
    expect(source.delivered.map(({ last, results: of }) => [of.length, last])).toEqual([
      [1, false],
      [1, false],
      [1, true],
    ]);
    expect(source.delivered.flatMap(({ results: of }) => of)).toEqual(results);
    await work.deliver('berlin', order.id, []);
    expect(source.delivered.at(-1)).toMatchObject({ results: [], last: true });
    await work.giveBack('berlin', order.id, WORKER, 'the worker could not see');
    expect(source.returned).toMatchObject([{ order: order.id, worker: WORKER, why: 'the worker could not see' }]);
    await work.leave('berlin', WORKER);
    expect(source.left).toEqual([`berlin ${WORKER}`]);
  });

  test('a result that no request can hold counts as a look that could not be made', async () => {
    const { source, url } = await runWorkApp();
    const large = createResult('c0', MAX_WORK_BODY);
    await connect(url).deliver('berlin', createOrder().id, [large, createResult('c1')]);
    expect(source.delivered[0]!.results).toEqual([
      { key: large.key, survey: null, trouble: expect.stringMatching(/^more was seen/) },
      createResult('c1'),
    ]);
  });

  test('a certificate that no one vouches for is not trusted, and its CA is asked for: no waiting helps', async () => {
    const { source, url } = await runWorkApp({ tls: makeCertificate() });
    const { message, mayPass } = await failureOf(connect(url).take('berlin', WORKER));
    expect(message).toMatch(/has no certificate to trust: it is self-signed: .*--server-ca FILE/);
    expect([mayPass, source.taken]).toEqual([false, 0]);
    const other = await runWorkApp({ tls: makeCertificate('DNS:other.example') });
    const tls = makeCertificate();
    expect(await failureOf(connect(other.url, { ca: tls.cert }).take('berlin', WORKER))).toEqual({
      message: expect.stringMatching(/no certificate to trust/),
      mayPass: false,
    });
  });

  test('a certificate that was fine before may be put right', async () => {
    const [before, after] = [makeCertificate(), makeCertificate()];
    const server = createHttpsServer(before, (_request, response) => response.writeHead(204).end());
    server.listen(0, '127.0.0.1');
    stops.push(() => (server.closeAllConnections(), server.close()));
    await once(server, 'listening');
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const work = connect(url, { ca: before.cert });
    expect(await work.take('berlin', WORKER)).toBeNull();
    server.setSecureContext(after);
    expect(await failureOf(work.take('berlin', WORKER))).toEqual({
      message: expect.stringMatching(/no certificate to trust/),
      mayPass: true,
    });
  });

  test.each([
    ['CERT_HAS_EXPIRED', true],
    ['CERT_NOT_YET_VALID', true],
    ['ENOTFOUND', true],
    ['ECONNREFUSED', true],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false],
    ['EPROTO', false],
    ['HPE_INVALID_CONSTANT', false],
  ])('where no one ever answered, %s: that it may pass is %s', (code, mayPass) => {
    const error = Object.assign(new Error('of a test'), { code });
    expect(tellNoAnswer('coordinator.example.com', error, false).mayPass).toBe(mayPass);
    expect(tellNoAnswer('coordinator.example.com', error, true).mayPass).toBe(true);
  });

  test('a path of the URL is kept', async () => {
    const { url } = await runWorkApp();
    const below = await failureOf(connect(new URL('/phones/', url)).take('berlin', WORKER));
    expect(below.message).toMatch(/does not know the request: is it the URL of a coordinator\? \(404\)/);
  });
});

describe('what is final:', () => {
  test('a token that is not known, or of another vantage', async () => {
    const { url, source } = await runWorkApp();
    expect(await failureOf(connect(url, { token: 'spt_other' }).take('berlin', WORKER))).toEqual({
      message: `the coordinator ${url.host} does not know the token, or not any more (401): a valid token is needed`,
      mayPass: false,
    });
    expect(await failureOf(connect(url, { token: OFFICE }).take('berlin', WORKER))).toEqual({
      message: `the coordinator ${url.host} does not allow that (403): the token office is of the vantage office, not of berlin`,
      mayPass: false,
    });
    expect(source.taken).toBe(0);
  });

  test.each([302, 400, 404, 413])('status %i', async (status) => {
    const url = await answerAll(status, '', { location: 'https://203.0.113.1/' });
    expect((await failureOf(connect(url).take('berlin', WORKER))).mayPass).toBe(false);
  });
});

describe('what may pass:', () => {
  test.each([408, 429, 500, 502, 503])('status %i', async (status) => {
    const url = await answerAll(status, '{"error":"be patient"}');
    const { message, mayPass } = await failureOf(connect(url).deliver('berlin', createOrder().id, []));
    expect(message).toBe(`the coordinator ${url.host} cannot answer now (${status}): be patient`);
    expect(mayPass).toBe(true);
  });

  test('no one listens, no one answers, or what answers is none of ours', async () => {
    const silent = await answerAll(null);
    const slow = await failureOf(connect(silent, { headMs: 50 }).take('berlin', WORKER));
    expect(slow).toEqual({ message: expect.stringMatching(/did not answer in time$/), mayPass: true });
    const closed = await failureOf(connect(new URL('http://127.0.0.1:9')).take('berlin', WORKER));
    expect(closed).toEqual({ message: expect.stringMatching(/connection refused/), mayPass: true });
    for (const body of ['<html>', 'null', '{}', '[]']) {
      const portal = await failureOf(connect(await answerAll(200, body)).take('berlin', WORKER));
      expect(portal).toEqual({ message: expect.stringMatching(/no order for this version/), mayPass: true });
    }
  });

  test('an order of another version is given back', async () => {
    const { source, url } = await runWorkApp();
    const order = createOrder();
    source.put('berlin', { ...order, more: 1 } as typeof order);
    expect((await failureOf(connect(url).take('berlin', WORKER))).mayPass).toBe(true);
    expect(source.returned).toMatchObject([{ vantage: 'berlin', order: order.id, why: /another version/ }]);
  });
});

test('who is told to end waits for no order', async () => {
  const ending = new AbortController();
  const { source, url } = await runWorkApp({ limits: { takeMs: 20_000 } });
  const waiting = connect(url, { signal: ending.signal }).take('berlin', WORKER);
  await until(() => source.taken > 0);
  ending.abort();
  expect(await waiting).toBeNull();
});

test('a worker keeps what it saw while the coordinator is away, and gives it later', async () => {
  const { source, url } = await runWorkApp();
  const directory = await mkdtemp(join(tmpdir(), 'spool-'));
  const ending = new AbortController();
  const notes: string[] = [];
  const order = createOrder();
  source.put('berlin', order);
  const deliver = source.deliver.bind(source);
  let kept: string[] = [];
  source.deliver = async (...given) => {
    if (kept.length > 0) return deliver(...given);
    throw new StoreError('the database is away', { mayPass: true });
  };
  const running = runWorker({
    ...{ source: connect(url, { signal: ending.signal }), vantage: 'berlin', exclude: createExclusion([]) },
    ...{ timing: TIMINGS.fast, note: (line: string) => void notes.push(line), signal: ending.signal },
    ...{ controls: [], allowSpecial: true, orders: 1, spool: new Spool(directory), pollMs: 5 },
    who: { id: WORKER, host: 'box', pid: 7, version: '1.0.0' },
  });
  try {
    await until(async () => (kept = await readdir(directory)).some((name) => name.endsWith('.json')));
    await until(() => source.delivered.length > 0);
    await until(async () => (await readdir(directory)).length === 0);
  } finally {
    ending.abort();
    await running;
    await rm(directory, { recursive: true });
  }
  expect(source.delivered).toMatchObject([{ vantage: 'berlin', order: order.id, last: true }]);
  expect(source.delivered[0]!.results).toMatchObject([{ key: order.looks[0]!.key, survey: { interrupted: false } }]);
  expect(notes.join('\n')).toMatch(/cannot answer now \(503\).*\n.*delivered what had been kept: 1 order\n/);
  expect(source.left).toEqual([`berlin ${WORKER}`]);
});
