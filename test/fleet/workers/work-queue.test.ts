import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import PgBoss from 'pg-boss';
import { BatchTakenError } from '../../../src/fleet/workers/look-table.js';
import { QueueSession } from '../../../src/fleet/workers/queue-session.js';
import { WorkQueue } from '../../../src/fleet/workers/work-queue.js';
import { WorkStatusReader } from '../../../src/fleet/workers/work-status.js';
import { listUnled } from '../../../src/model/work-status.js';
import type { ServerPlace } from '../../../src/model/store-place.js';
import type { WorkerSign, WorkOrder, WorkResult } from '../../../src/model/work.js';
import { createOrder, createResult } from '../../coordinator/run-work-app.js';
import { createStores, onServer } from '../store/store-fixtures.js';

/*
 * What the database sees to, whatever workers and coordinators do at the same time. There is none in a file: these run on
 * a PostgreSQL server alone.
 */

const ANN = randomUUID();
const BEN = randomUUID();
const BATCH = 'sweep-1';

const { newPlace } = createStores();
let place: ServerPlace;
let queue: WorkQueue;
let session: QueueSession;
let upkeep: PgBoss;

const describeServer = onServer ? describe : describe.skip;

function signOf(id: string, orders: readonly string[], vantage = 'berlin'): WorkerSign {
  const who = { host: 'box', pid: 7, version: '1.0.0', state: 'busy', note: '', looks: 0 } as const;
  return { id, vantage, ...who, orders: [...orders] };
}

/** Results of all looks of an order, which say who made them. */
function resultsOf(order: WorkOrder, by: string): WorkResult[] {
  return order.looks.map(({ key }) => ({ ...createResult('c0'), key, survey: null, trouble: `by ${by}` }));
}

/** Who made looks, as stored. */
async function listMade(): Promise<(string | null)[]> {
  return (await queue.looks.list(BATCH)).map(({ trouble }) => trouble).sort();
}

/** Has no worker have given a sign of life for an hour, and what follows from that be done. */
async function expire(): Promise<void> {
  await session.query(`update ${session.schema}.job set started_on = started_on - interval '1 hour'`);
  await upkeep.maintain();
  // What failed is left alone for some seconds.
  await session.query(`update ${session.schema}.job set start_after = now() - interval '1 s'`);
}

/** A new order of the same looks goes out, and a worker takes it. */
async function orderAndTake(order: WorkOrder, worker: string): Promise<void> {
  await queue.order('berlin', order);
  expect((await queue.take('berlin', worker))?.id).toBe(order.id);
}

describeServer('the queue', () => {
  beforeAll(async () => {
    place = newPlace() as ServerPlace;
    queue = await WorkQueue.open(place, { expirySeconds: 60, onTrouble: () => {} });
    session = new QueueSession(place);
    upkeep = new PgBoss({ db: { executeSql: session.execute }, schema: session.schema, supervise: false });
    await upkeep.start();
  });

  beforeEach(() => queue.looks.take(BATCH));

  afterEach(async () => {
    await session.query(`truncate ${session.schema}.job, ${session.schema}.looks, ${session.schema}.coordinators`);
  });

  afterAll(async () => {
    await upkeep.stop({ graceful: false });
    await queue.close();
    await session.query(`drop schema ${session.schema} cascade`);
    await session.close();
  });

  test('stores what came of a look once, whoever gives it how often', async () => {
    const order = createOrder(2);
    await orderAndTake(order, ANN);
    await queue.deliver('berlin', order.id, resultsOf(order, 'ann').slice(0, 1), false);
    await queue.deliver('berlin', order.id, resultsOf(order, 'ben'));
    expect(await listMade()).toEqual(['by ann', 'by ben']);
    await queue.deliver('berlin', order.id, resultsOf(order, 'eve'));
    expect(await listMade()).toEqual(['by ann', 'by ben']);
  });

  test('has one process at a time order and read the looks of a batch: the last that took it', async () => {
    const [order, later] = [createOrder(), createOrder()];
    await orderAndTake(order, ANN);
    await queue.deliver('berlin', order.id, resultsOf(order, 'ann'));
    expect(await queue.looks.readDone(BATCH, 9)).toHaveLength(1);
    expect(await queue.looks.readDone(BATCH, 9)).toHaveLength(0);
    const other = await WorkQueue.open(place, { onTrouble: () => {} });
    try {
      await other.looks.take(BATCH);
      await expect(queue.looks.readDone(BATCH, 9)).rejects.toThrow(BatchTakenError);
      await expect(queue.order('berlin', later)).rejects.toThrow(BatchTakenError);
      await queue.looks.forget(BATCH, null);
      // What the one before had read is read anew.
      expect(await other.looks.readDone(BATCH, 9)).toHaveLength(1);
      await other.looks.forget(BATCH, null);
      await expect(other.looks.readDone(BATCH, 9)).rejects.toThrow(BatchTakenError);
    } finally {
      await other.close();
    }
  });

  test('takes no result for a look that is part of another order by now', async () => {
    const [before, after] = [createOrder(), createOrder()];
    await orderAndTake(before, ANN);
    await orderAndTake(after, BEN);
    await queue.deliver('berlin', before.id, resultsOf(before, 'ann'));
    expect(await listMade()).toEqual([null]);
    await queue.deliver('berlin', after.id, resultsOf(after, 'ben'));
    expect(await listMade()).toEqual(['by ben']);
  });

  test('takes no result of another vantage, of no look that was ordered, or that no one waits for any more', async () => {
    const order = createOrder();
    await orderAndTake(order, ANN);
    await queue.deliver('office', order.id, resultsOf(order, 'eve'));
    await queue.deliver('berlin', order.id, [createResult('c7')], false);
    expect(await listMade()).toEqual([null]);
    expect(await queue.listOpen('berlin', [order.id])).toEqual(new Set([order.id]));
    await queue.looks.forget(BATCH, null);
    await queue.deliver('berlin', order.id, resultsOf(order, 'ann'));
    expect(await listMade()).toEqual([]);
  });

  test('leaves an order with its worker for as long as that says so', async () => {
    const order = createOrder();
    await orderAndTake(order, ANN);
    await session.query(`update ${session.schema}.job set started_on = now() - interval '1 hour'`);
    await queue.beat(signOf(ANN, [order.id]));
    await upkeep.maintain();
    expect(await queue.take('berlin', BEN)).toBeNull();
    await expire();
    expect((await queue.take('berlin', BEN))?.id).toBe(order.id);
  });

  test.each([
    ['another worker', BEN, 'berlin'],
    ['a worker of another vantage', ANN, 'office'],
  ])('has %s not keep an order alive', async (_who, id, vantage) => {
    const order = createOrder();
    await orderAndTake(order, ANN);
    await session.query(`update ${session.schema}.job set started_on = now() - interval '1 hour'`);
    await queue.beat(signOf(id, [order.id], vantage));
    await upkeep.maintain();
    await session.query(`update ${session.schema}.job set start_after = now() - interval '1 s'`);
    expect((await queue.take('berlin', BEN))?.id).toBe(order.id);
  });

  test('has a worker that wakes too late neither keep its order from the next, nor give it back, nor count twice', async () => {
    const order = createOrder();
    await orderAndTake(order, ANN);
    await expire();
    expect((await queue.take('berlin', BEN))?.id).toBe(order.id);
    await queue.giveBack('berlin', order.id, ANN, 'the worker could not see');
    await session.query(`update ${session.schema}.job set start_after = now() - interval '1 s'`);
    expect(await queue.take('berlin', ANN)).toBeNull();
    // What it saw is as good as what the other will see, and the first counts.
    await queue.deliver('berlin', order.id, resultsOf(order, 'ann'));
    await queue.deliver('berlin', order.id, resultsOf(order, 'ben'));
    expect(await listMade()).toEqual(['by ann']);
    await expire();
    expect(await queue.take('berlin', BEN)).toBeNull();
  });

  test('gives what its worker gives back to the next', async () => {
    const order = createOrder();
    await orderAndTake(order, ANN);
    await queue.giveBack('berlin', order.id, ANN, 'the worker could not see');
    await session.query(`update ${session.schema}.job set start_after = now() - interval '1 s'`);
    expect((await queue.take('berlin', BEN))?.id).toBe(order.id);
  });

  test('has no one look for what came in after its order had expired', async () => {
    const order = createOrder();
    await orderAndTake(order, ANN);
    await expire();
    await queue.deliver('berlin', order.id, resultsOf(order, 'ann'));
    expect(await queue.take('berlin', BEN)).toBeNull();
    expect(await queue.listOpen('berlin', [order.id])).toEqual(new Set());
  });

  test('has a look of which its worker says nothing as it ends the order count as not made', async () => {
    const order = createOrder(2);
    await orderAndTake(order, ANN);
    await queue.deliver('berlin', order.id, resultsOf(order, 'ann').slice(0, 1));
    expect(await listMade()).toEqual(['by ann', 'the worker said nothing of it']);
  });

  test('has the looks of an order that no one could do say so', async () => {
    const order = createOrder();
    await queue.order('berlin', order);
    for (let tries = 0; tries < 4; tries++) {
      expect((await queue.take('berlin', ANN))?.id).toBe(order.id);
      await expire();
    }
    expect(await queue.take('berlin', ANN)).toBeNull();
    expect(await queue.settleGivenUp('berlin')).toEqual({ orders: 1, why: 'each that took it fell silent' });
    expect(await listMade()).toEqual(['no worker could make this look in 4 tries: each that took it fell silent']);
  });

  test('gives up an order that no one can read, and its looks say so', async () => {
    const order = createOrder();
    await queue.order('berlin', order);
    await session.query(`update ${session.schema}.job set data = jsonb_set(data, '{order}', '"of another version"')`);
    for (let tries = 0; tries < 4; tries++) {
      await expect(queue.take('berlin', ANN)).rejects.toThrow('of another version of sallyport');
      await session.query(`update ${session.schema}.job set start_after = now() - interval '1 s'`);
    }
    expect(await queue.settleGivenUp('berlin')).toMatchObject({ orders: 1 });
    expect(await listMade()).toEqual([expect.stringContaining('in 4 tries: the order is of another version')]);
  });

  test('has who runs the schedules and who stands by be shown, since when, and who has fallen silent', async () => {
    const sign = (id: string, state: 'active' | 'standby') => ({
      ...{ id, state, host: 'box', pid: 5, version: '1.0.0' },
      ...{ inventory: '/srv/clients.yaml', chosen: '', vantages: ['berlin'] },
    });
    const shown = new WorkStatusReader(place);
    const read = async () => {
      const { coordinators } = (await shown.read())!;
      const names = coordinators.map(({ id, state, alive }) => [id === ANN ? 'ann' : 'ben', state, alive]);
      return { coordinators, names, unled: listUnled({ coordinators }) };
    };
    await queue.coordinators.beat(sign(BEN, 'standby'));
    await queue.coordinators.beat(sign(ANN, 'active'));
    const begun = await read();
    expect(begun.names).toEqual([
      ['ann', 'active', true],
      ['ben', 'standby', true],
    ]);
    await queue.coordinators.beat(sign(BEN, 'standby'));
    const later = (await read()).coordinators[1]!;
    expect(later.since).toEqual(begun.coordinators[1]!.since);
    expect(later.beatAt.getTime()).toBeGreaterThan(later.since.getTime());
    await session.query(`update ${session.schema}.coordinators set beat_at = now() - interval '1 min' where id = $1`, [
      ANN,
    ]);
    expect(await read()).toMatchObject({
      names: [
        ['ben', 'standby', true],
        ['ann', 'active', false],
      ],
      unled: ['/srv/clients.yaml'],
    });
    await queue.coordinators.beat(sign(BEN, 'active'));
    expect((await read()).coordinators[0]!.since.getTime()).toBeGreaterThan(later.since.getTime());
    await queue.coordinators.leave(ANN);
    expect(await read()).toMatchObject({ names: [['ben', 'active', true]], unled: [] });
    await shown.close();
  });

  test('has a vantage that is taken for blind be shown, since when, until it hears', async () => {
    const shown = new WorkStatusReader(place);
    const read = async () => (await shown.read())!.blind;
    const blind = (vantage: string, silent: number) => ({ vantage, silent, known: 40, isBlind: true });
    await queue.hearing.note([blind('berlin', 9), { ...blind('rome', 0), isBlind: false }]);
    const [first] = await read();
    expect(first).toEqual({ vantage: 'berlin', silent: 9, known: 40, since: expect.any(Date) });
    await queue.hearing.note([blind('berlin', 38), blind('rome', 20)]);
    expect(await read()).toEqual([{ ...first, silent: 38 }, expect.objectContaining({ vantage: 'rome' })]);
    await queue.hearing.note([{ ...blind('berlin', 0), isBlind: false }]);
    expect((await read()).map(({ vantage }) => vantage)).toEqual(['rome']);
    // A coordinator of an older version has made all but this.
    await session.query(`drop table ${session.schema}.blind_vantages`);
    expect(await read()).toEqual([]);
    await shown.close();
  });
});
