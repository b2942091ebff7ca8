import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createExclusion, NO_EXCLUSION } from '../../../src/files/targets/guard.js';
import { parseTargetSpec } from '../../../src/files/targets/targets.js';
import { loadProfile } from '../../../src/files/profiles/profile.js';
import { Spool } from '../../../src/files/work/spool.js';
import { StoreError } from '../../../src/fleet/store/store-error.js';
import { runWorker, type WorkerOptions } from '../../../src/fleet/workers/worker.js';
import type { WorkSource } from '../../../src/fleet/workers/work-source.js';
import {
  WORK_SCHEMA,
  type WorkerSign,
  type WorkLook,
  type WorkOrder,
  type WorkResult,
} from '../../../src/model/work.js';
import { TIMINGS } from '../../../src/net/scan/timing.js';
import { startSilentTcp } from '../../lab-sites/start-silent-tcp.js';

const AUTHORIZATION = { by: 'Ann Owner', reference: 'contract 7', until: null, timeZone: 'UTC' };

/** As patient as loopback needs. */
const TIMING = { ...TIMINGS.fast, patienceMs: 300, answerMs: 100 };

let directory: string;
const servers: Server[] = [];
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'sallyport-worker-'))));
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true });
});

/** A port of loopback that is open. */
async function listen(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function lookAt(address: string, given: Partial<WorkLook> = {}): WorkLook {
  return {
    key: { batch: 'sweep-1', client: 'acme', slot: address, round: 0 },
    target: { input: address, address, name: null, resolvedAt: null, scope: 'loopback', problem: null },
    ...{ terms: 0, slow: false, authorization: AUTHORIZATION },
    ...given,
  };
}

async function orderOf(port: number, looks: readonly WorkLook[]): Promise<WorkOrder> {
  const profile = { ...(await loadProfile('closed')), file: null };
  const plan = { ports: [{ transport: 'tcp' as const, port }], canaries: false };
  return {
    ...{ schema: WORK_SCHEMA, id: randomUUID(), kind: 'sweep', ping: false, share: 1, allowSpecial: true },
    terms: [{ profile, source: 'outsider', failOn: 'low', plan }],
    looks: [...looks],
  };
}

/** Orders in memory, and what was delivered. */
class Desk implements WorkSource {
  readonly path = 'a desk';
  readonly delivered: { order: string; results: readonly WorkResult[] }[] = [];
  readonly returned: string[] = [];
  readonly signs: WorkerSign[] = [];
  left = false;
  /** Called before each delivery; throws where the desk is away. */
  onDelivery: () => void = () => {};
  onChange: () => void = () => {};

  constructor(readonly orders: WorkOrder[]) {}

  take(): Promise<WorkOrder | null> {
    return Promise.resolve(this.orders.shift() ?? null);
  }

  async deliver(_vantage: string, order: string, results: readonly WorkResult[]): Promise<void> {
    await Promise.resolve();
    this.onDelivery();
    this.delivered.push({ order, results });
    this.onChange();
  }

  async giveBack(_vantage: string, _order: string, _worker: string, why: string): Promise<void> {
    await Promise.resolve();
    this.returned.push(why);
    this.onChange();
  }

  async beat(sign: WorkerSign): Promise<void> {
    await Promise.resolve();
    this.signs.push(sign);
    this.onChange();
  }

  async leave(): Promise<void> {
    await Promise.resolve();
    this.left = true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Runs a worker until something is so at its desk. */
async function work(desk: Desk, isDone: () => boolean, given: Partial<WorkerOptions> = {}): Promise<string[]> {
  const stop = new AbortController();
  const notes: string[] = [];
  desk.onChange = () => {
    if (isDone()) stop.abort();
  };
  await runWorker({
    ...{
      source: desk,
      vantage: 'north',
      exclude: NO_EXCLUSION,
      allowSpecial: true,
      timing: TIMING,
      controls: [],
    },
    who: { id: randomUUID(), host: 'here', pid: 1, version: '0.1.0' },
    ...{ orders: 2, spool: new Spool(directory), signal: stop.signal, pollMs: 5 },
    note: (line) => void notes.push(line),
    ...given,
  });
  return notes;
}

describe('a worker', () => {
  test('makes the looks of orders, delivers what it saw, and says so as it leaves', async () => {
    const port = await listen();
    const orders = [
      await orderOf(port, [lookAt('127.0.0.1')]),
      await orderOf(port, [lookAt('127.0.0.1'), lookAt('127.0.0.2')]),
    ];
    const ids = orders.map(({ id }) => id);
    const desk = new Desk(orders);
    await work(desk, () => desk.delivered.length === 2);
    expect(desk.delivered.map(({ order }) => order).sort()).toEqual(ids.sort());
    const seen = desk.delivered.flatMap(({ results }) => results);
    const states = seen.map(({ key, survey }) => [
      key.slot,
      survey?.observations.find(({ endpoint }) => endpoint === `tcp/${port}`)?.state,
    ]);
    expect(states.sort()).toEqual([
      ['127.0.0.1', 'open'],
      ['127.0.0.1', 'open'],
      ['127.0.0.2', 'closed'],
    ]);
    expect(desk.signs.some(({ orders: at }) => at.length > 0)).toBe(true);
    expect(desk.left).toBe(true);
  });

  test('sends nothing where it may not, and says why', async () => {
    const port = await listen();
    const looks = [
      lookAt('127.0.0.1', { authorization: null }),
      lookAt('127.0.0.1', { authorization: { ...AUTHORIZATION, until: '2020-01-01' } }),
      lookAt('127.0.0.3'),
      lookAt('127.0.0.1', { terms: 7 }),
    ];
    const desk = new Desk([await orderOf(port, looks)]);
    const connections: unknown[] = [];
    servers[0]!.on('connection', (socket) => connections.push(socket));
    await work(desk, () => desk.delivered.length === 1, { exclude: createExclusion([parseTargetSpec('127.0.0.3')]) });
    expect(desk.delivered[0]!.results.map(({ survey, trouble }) => [survey, trouble])).toEqual([
      [null, 'this worker refused: no authorisation is given'],
      [null, 'this worker refused: the authorisation ended on 2020-01-01'],
      [null, 'this worker refused: the worker has 127.0.0.3 among its exclusions'],
      [null, 'this worker refused: the order is not complete'],
    ]);
    expect(connections).toEqual([]);
  });

  test.each([
    ['neither allows', false, false],
    ['the worker does not', true, false],
    ['the order does not', false, true],
  ])('looks at no special address where %s', async (_who, allowSpecial, allowed) => {
    const order = { ...(await orderOf(1, [lookAt('127.0.0.1')])), allowSpecial };
    const desk = new Desk([order]);
    await work(desk, () => desk.delivered.length === 1, { allowSpecial: allowed });
    expect(desk.delivered[0]!.results[0]).toMatchObject({
      survey: null,
      trouble: expect.stringContaining('127.0.0.1 is a loopback address'),
    });
  });

  test('keeps what it cannot deliver on disk, takes no more meanwhile, and delivers it when that can be', async () => {
    const port = await listen();
    const desk = new Desk([await orderOf(port, [lookAt('127.0.0.1')])]);
    const [{ id }] = desk.orders as [WorkOrder];
    let tries = 0;
    desk.onDelivery = () => {
      if (++tries === 1) throw new StoreError('the desk is away', { mayPass: true });
    };
    const notes = await work(desk, () => desk.delivered.length === 1);
    expect(desk.delivered).toMatchObject([{ order: id, results: [{ key: { slot: '127.0.0.1' } }] }]);
    expect(notes).toEqual(
      expect.arrayContaining(['the desk is away', 'delivered what had been kept: 1 order', 'all is well again']),
    );
    expect(await new Spool(directory).list()).toEqual([]);
  });

  test('ends where waiting does not help, and says so once', async () => {
    const desk = new Desk([]);
    desk.take = () => Promise.reject(new StoreError('the token is not known'));
    const notes: string[] = [];
    const ended = work(desk, () => false, { note: (line) => void notes.push(line) });
    await expect(ended).rejects.toThrow('the token is not known');
    expect([notes, desk.left]).toEqual([[], true]);
  });

  test('delivers what a process before it could not', async () => {
    const results = [{ key: lookAt('127.0.0.1').key, survey: null, trouble: 'of a test' }];
    const order = randomUUID();
    await new Spool(directory).put({ vantage: 'north', order, results });
    const desk = new Desk([]);
    await work(desk, () => desk.delivered.length === 1);
    expect(desk.delivered).toEqual([{ order, results }]);
  });

  test('takes nothing while its control does not answer, and says so', async () => {
    const port = await listen();
    const shut = await listen();
    await new Promise((resolve) => servers[1]!.close(resolve));
    const desk = new Desk([await orderOf(port, [lookAt('127.0.0.1')])]);
    const controls = [{ address: '127.0.0.1', port: shut, label: `127.0.0.1:${shut}` }];
    const notes = await work(desk, () => desk.signs.some(({ state }) => state === 'blind'), { controls });
    expect(desk.orders).toHaveLength(1);
    expect(desk.delivered).toEqual([]);
    expect(notes).toContain(`no control endpoint answers (127.0.0.1:${shut}): it takes no orders until one does`);
  });

  test('gives an order back whose looks show that it could not see', async () => {
    const order = await orderOf(await listen(), [lookAt('127.0.0.1')]);
    const port = await listen();
    const controls = [{ address: '127.0.0.1', port, label: 'the control' }];
    let connections = 0;
    // It answers when the worker asks whether it sees, and is gone when it has looked.
    servers[1]!.on('connection', () => {
      if (++connections === 1) servers[1]!.close();
    });
    const desk = new Desk([order]);
    await work(desk, () => desk.returned.length === 1, { controls });
    expect(desk.returned).toEqual(['the worker could not see']);
    expect(desk.delivered).toEqual([]);
  });

  test('gives back what is not done a while after it was told to stop', async () => {
    const silent = await startSilentTcp();
    try {
      const desk = new Desk([await orderOf(silent.ports[0]!, [lookAt('127.0.0.1')])]);
      const timing = { ...TIMINGS.fast, patienceMs: 60_000 };
      await work(desk, () => desk.signs.some(({ orders }) => orders.length > 0), { drainMs: 1, timing });
      expect(desk.delivered).toEqual([]);
      expect(desk.returned).toEqual(['the worker was stopped']);
    } finally {
      await silent.stop();
    }
  });
});
