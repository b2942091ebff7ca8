import { describe, expect, test } from '@jest/globals';
import { sayReport } from '../../../src/check/judge/say-report.js';
import type { SlotState } from '../../../src/model/change.js';
import { bareReport, reportSchema } from '../../../src/model/report.js';
import { cleanReport, dmzReport, sampleFinding, unresolvedReport } from '../../reports/sample-reports.js';
import {
  beginSweep,
  collect,
  createClient,
  createStores,
  daysLater,
  HERE,
  INVENTORY,
  named,
  NOW,
  reportAt,
  storeLook,
} from './store-fixtures.js';

const stores = createStores();

describe('sweeps', () => {
  test('a sweep holds its clients in a random order, and each once', async () => {
    const store = await stores.open();
    const ids = Array.from({ length: 500 }, (_, index) => `c${index}`);
    const sweep = await beginSweep(store, ids);
    expect(sweep).toEqual({
      ...{ id: 1, inventory: INVENTORY, filter: {}, owner: HERE, state: 'running', clients: 500, remaining: 500 },
      invite: null,
      ...{ startedAt: NOW.toISOString(), finishedAt: null, beatAt: NOW.toISOString() },
    });
    const work = await store.nextWork(sweep.id, 0, 1_000);
    const order = work.map(({ client }) => client.id);
    expect([...order].sort()).toEqual([...ids].sort());
    expect(order).not.toEqual(ids);
    const again = await store.nextWork((await beginSweep(store, ids)).id, 0, 1_000);
    expect(again.map(({ client }) => client.id)).not.toEqual(order);
    const positions = work.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(positions[0]).toBeGreaterThan(0);
  });

  test('work comes in pages, without what is done, as it was given', async () => {
    const store = await stores.open();
    const client = createClient('only', { services: { webpro: [48080] }, tags: ['a'], notes: 'ünï "x"' });
    const owner = HERE;
    const plan = { inventory: INVENTORY, filter: { groups: ['a'] }, owner, startedAt: NOW };
    async function* stream() {
      for (let index = 0; index < 250; index++) yield await Promise.resolve(createClient(`c${index}`));
      yield client;
    }
    const { id, filter } = await store.beginSweep(plan, stream());
    expect(filter).toEqual({ groups: ['a'] });
    const first = await store.nextWork(id, 0, 100);
    const rest = await store.nextWork(id, first.at(-1)!.position, 1_000);
    expect([first.length, rest.length]).toEqual([100, 151]);
    expect([...first, ...rest].find((work) => work.client.id === 'only')?.client).toEqual(client);
    await store.write((writer) => writer.finishClient(id, 'only'));
    const left = await store.nextWork(id, 0, 1_000);
    expect(left.map((work) => work.client.id)).not.toContain('only');
    expect((await store.getSweep(id))?.remaining).toBe(250);
  });

  test('a sweep whose clients cannot be read is not begun', async () => {
    const store = await stores.open();
    const clients = function* () {
      yield createClient('a');
      throw new Error('line 2');
    };
    const plan = { inventory: INVENTORY, filter: {}, owner: HERE, startedAt: NOW };
    await expect(store.beginSweep(plan, clients())).rejects.toThrow('line 2');
    expect(await store.listSweeps(10)).toEqual([]);
  });

  test('the unfinished sweep of an inventory is the newest, dead, alive or interrupted', async () => {
    const store = await stores.open();
    expect(await store.findUnfinished(INVENTORY)).toBeNull();
    const [first, second] = [await beginSweep(store, ['a']), await beginSweep(store, ['a'])];
    expect((await store.findUnfinished(INVENTORY))?.id).toBe(second.id);
    await store.finishSweep(first.id, 'finished', NOW);
    await store.finishSweep(second.id, 'interrupted', NOW);
    expect(await store.findUnfinished(INVENTORY)).toMatchObject({ id: second.id, state: 'interrupted', remaining: 1 });
    expect(await store.findUnfinished('/srv/other.yaml')).toBeNull();
    expect(await store.getSweep(first.id)).toMatchObject({ finishedAt: NOW.toISOString(), remaining: 0, clients: 1 });
    expect((await store.listSweeps(1)).map(({ id }) => id)).toEqual([second.id]);
    // A later sweep of the same clients that came to its end makes it pointless.
    const third = await beginSweep(store, ['a']);
    await store.finishSweep(third.id, 'finished', NOW);
    expect(await store.findUnfinished(INVENTORY)).toBeNull();
    expect(await store.getSweep(99)).toBeNull();
  });

  test.each([
    ['a live owner, just now', HERE, 0, false],
    ['a live owner, silent for a minute', HERE, -60_001, true],
    ['a process that is gone', { ...HERE, pid: 2 ** 22 + 1 }, 0, true],
    ['another process that lives', { ...HERE, pid: process.ppid }, 0, false],
    ['our number, but before we began', HERE, -59_000, true],
    ['another host, just now', { host: 'elsewhere', pid: 1 }, 0, false],
    ['another host, silent for a minute', { host: 'elsewhere', pid: 1 }, -60_001, true],
  ])('claiming the sweep of %s', async (_what, owner, beatMs, claimed) => {
    const store = await stores.open();
    const startedAt = new Date();
    const { id } = await store.beginSweep({ inventory: INVENTORY, filter: {}, owner, startedAt }, []);
    const young = performance.now() < 59_000;
    if (beatMs !== -59_000 || young) await store.beat(id, new Date(Date.now() + beatMs));
    const expected = beatMs === -59_000 ? young : claimed;
    expect(await store.claimSweep(id, HERE)).toBe(expected);
    if (expected) expect((await store.getSweep(id))?.owner).toEqual(HERE);
  });

  test('who claims a sweep has it alone; a finished one has nobody', async () => {
    const store = await stores.open();
    const { id } = await beginSweep(store, ['a']);
    await store.finishSweep(id, 'interrupted', NOW);
    const claims = await Promise.all([store.claimSweep(id, HERE), store.claimSweep(id, HERE)]);
    expect(claims.sort()).toEqual([false, true]);
    expect(await store.getSweep(id)).toMatchObject({ state: 'running', finishedAt: null });
    await store.finishSweep(id, 'finished', NOW);
    expect(await store.claimSweep(id, HERE)).toBe(false);
  });
});

describe('results', () => {
  test('a report comes back with the times of its look and the evidence of the first that saw the same', async () => {
    const store = await stores.open();
    const report = reportAt('203.0.113.9', NOW, { authorization: 'J. Doe, contract 7' });
    const later = {
      ...report,
      ...{ startedAt: daysLater(1).toISOString(), durationMs: 7.25, authorization: 'J. Doe, contract 8' },
      liveness: { ...report.liveness, srttMs: 99.5 },
      observations: report.observations.map((seen) => ({ ...seen, rttMs: 1 })),
    };
    const first = await beginSweep(store, ['a']);
    const second = await beginSweep(store, ['a']);
    const id = await storeLook(store, first.id, 'a', report);
    expect(await store.readReports('a', null)).toEqual([
      {
        resultId: id,
        sweepId: first.id,
        invite: null,
        clientId: 'a',
        slot: '203.0.113.9',
        at: report.startedAt,
        report: bareReport(report),
      },
    ]);
    await storeLook(store, second.id, 'a', later);
    const [stored] = await store.readReports('a', null);
    expect(stored?.report).toEqual(bareReport({ ...later, observations: report.observations }));
    expect(reportSchema.safeParse(sayReport(stored!.report)).success).toBe(true);
    expect((await store.info()).counts).toMatchObject({ results: 2, reports: 1 });
  });

  test('a name keeps all of its target', async () => {
    const store = await stores.open();
    const { id } = await beginSweep(store, ['a']);
    await store.write(async (writer) => {
      const client = createClient('a');
      await writer.addResult({ sweepId: id, client, slot: 'pbx.example.net', report: dmzReport, final: true });
      await writer.addResult({ sweepId: id, client, slot: 'gone.example.net', report: unresolvedReport, final: true });
    });
    expect((await store.readReports('a', null)).map(({ report }) => report)).toEqual([
      bareReport(unresolvedReport),
      bareReport(dmzReport),
    ]);
  });

  test('thousands of sites that look the same share one body', async () => {
    const store = await stores.open();
    const ids = Array.from({ length: 50 }, (_, index) => `c${index}`);
    const { id } = await beginSweep(store, ids);
    for (const [index, client] of ids.entries()) {
      const address = `203.0.113.${index}`;
      await storeLook(store, id, client, reportAt(address, NOW, { findings: [sampleFinding({ data: { address } })] }));
    }
    expect((await store.info()).counts).toMatchObject({ clients: 50, slots: 50, results: 50, reports: 1 });
    expect((await store.readReports('c7', null))[0]?.report.findings[0]?.data).toEqual({ address: '203.0.113.7' });
  });

  test('a final result stays; another is replaced, and keeps its id', async () => {
    const store = await stores.open();
    const { id: sweepId } = await beginSweep(store, ['a']);
    const client = createClient('a');
    const add = (final: boolean, name: string) =>
      store.write((writer) =>
        writer.addResult({ sweepId, client, slot: 's', report: reportAt('203.0.113.9', NOW, named(name)), final }),
      );
    const first = await add(false, 'one');
    expect(await store.readReports('a', null)).toEqual([]);
    expect(await store.listDoneSlots(sweepId, 'a')).toEqual([{ slot: 's', final: false }]);
    expect(await add(true, 'two')).toBe(first);
    expect(await add(true, 'three')).toBeNull();
    expect(await add(false, 'four')).toBeNull();
    expect((await store.readReports('a', null)).map(({ report }) => report.profile.name)).toEqual(['two']);
    expect(await store.listDoneSlots(sweepId, 'a')).toEqual([{ slot: 's', final: true }]);
    expect(await store.listDoneSlots(sweepId, 'b')).toEqual([]);
  });

  test('reports at a time, and the history', async () => {
    const store = await stores.open();
    for (const day of [0, 10, 20]) {
      const { id } = await beginSweep(store, ['a']);
      await storeLook(store, id, 'a', reportAt('203.0.113.9', daysLater(day), named(`day ${day}`)));
      if (day === 10) await storeLook(store, id, 'a', reportAt('203.0.113.8', daysLater(day), named('other')));
    }
    const at = async (day: number) =>
      (await store.readReports('a', daysLater(day))).map(({ report }) => report.profile.name);
    expect(await at(-1)).toEqual([]);
    expect(await at(0)).toEqual(['day 0']);
    expect(await at(15)).toEqual(['other', 'day 10']);
    expect(await at(99)).toEqual(['other', 'day 20']);
    const history = await store.listHistory('a', 3);
    expect(history.map(({ report }) => report.profile.name)).toEqual(['day 20', 'other', 'day 10']);
    expect(history[0]).toEqual({
      ...{ resultId: 4, sweepId: 3, invite: null, slot: '203.0.113.9', at: daysLater(20).toISOString() },
      ...{ address: '203.0.113.9', verdict: 'compliant', final: true },
      report: bareReport(reportAt('203.0.113.9', daysLater(20), named('day 20'))),
    });
    expect(await store.listHistory('b', 3)).toEqual([]);
  });

  test('the reports of a sweep come by client and slot, over many pages', async () => {
    const store = await stores.open();
    const ids = Array.from({ length: 100 }, (_, index) => `c${String(index).padStart(3, '0')}`);
    const { id } = await beginSweep(store, ids);
    for (const client of [...ids].reverse()) await storeLook(store, id, client, reportAt('203.0.113.9'));
    const read = await collect(store.readSweepReports(id));
    expect(read.map(({ clientId }) => clientId)).toEqual(ids);
  });

  test('states are kept, and read the worst first', async () => {
    const store = await stores.open();
    const { id: sweepId } = await beginSweep(store, ['a', 'b', 'c', 'd']);
    const issue = { rule: 'r', endpoint: null, data: { n: 1 }, outage: false, waived: false } as const;
    const states: Record<string, SlotState> = {
      a: { address: '203.0.113.1', verdict: 'compliant', issues: {}, identities: {} },
      b: { address: null, verdict: 'inconclusive', issues: {}, identities: {} },
      c: { address: null, verdict: 'violation', issues: { r: { ...issue, severity: 'low' } }, identities: {} },
      d: { address: null, verdict: 'violation', issues: { r: { ...issue, severity: 'critical' } }, identities: {} },
    };
    for (const [id, state] of Object.entries(states)) {
      await store.write(async (writer) => {
        const client = createClient(id, { group: 'g', tags: ['t'], contacts: ['x@example.net'] });
        expect(await writer.getState(id, 's')).toBeNull();
        const resultId = await writer.addResult({ sweepId, client, slot: 's', report: cleanReport, final: true });
        await writer.putState(id, 's', state, { resultId: resultId!, at: NOW.toISOString() });
        expect(await writer.getState(id, 's')).toEqual(state);
      });
    }
    const read = await collect(store.readClientStates());
    expect(read.map(({ client }) => client.id)).toEqual(['d', 'c', 'b', 'a']);
    expect(read[3]).toEqual({
      client: { id: 'a', name: 'Client a', group: 'g', tags: ['t'], contacts: ['x@example.net'] },
      ...{
        slot: 's',
        state: states['a'],
        resultId: 1,
        at: NOW.toISOString(),
        seenAt: cleanReport.startedAt,
        problem: null,
      },
    });
  });

  test("a client's card is that of its last look", async () => {
    const store = await stores.open();
    for (const name of ['Old', 'New']) {
      const { id: sweepId } = await beginSweep(store, ['a']);
      await store.write(async (writer) => {
        const client = createClient('a', { name });
        const resultId = await writer.addResult({ sweepId, client, slot: 's', report: cleanReport, final: true });
        const state: SlotState = { address: null, verdict: 'compliant', issues: {}, identities: {} };
        await writer.putState('a', 's', state, { resultId: resultId!, at: NOW.toISOString() });
      });
    }
    expect((await collect(store.readClientStates())).map(({ client }) => client.name)).toEqual(['New']);
  });
});

describe('writing', () => {
  test('work that fails leaves nothing, and does not stop the next', async () => {
    const store = await stores.open();
    const { id } = await beginSweep(store, ['a', 'b']);
    const failing = store.write(async (writer) => {
      await writer.finishClient(id, 'a');
      throw new Error('no');
    });
    const next = store.write((writer) => writer.finishClient(id, 'b'));
    await expect(failing).rejects.toThrow('no');
    await next;
    expect((await store.nextWork(id, 0, 9)).map(({ client }) => client.id)).toEqual(['a']);
  });

  test('writes of one process come one after another, in their order', async () => {
    const store = await stores.open();
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.write(async (writer) => {
          order.push(index);
          await writer.getState('a', 'b');
          order.push(index);
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 100 }, (_, index) => index >> 1));
  });

  test('close() waits for what is being written', async () => {
    const place = stores.newPlace();
    const store = await stores.open(place);
    const { id } = await beginSweep(store, ['a']);
    const written = store.write((writer) => writer.finishClient(id, 'a'));
    await store.close();
    await written;
    expect((await (await stores.open(place)).getSweep(id))?.remaining).toBe(0);
  });
});

test('the runs of schedules are kept', async () => {
  const store = await stores.open();
  expect(await store.lastRun('g')).toBeNull();
  await store.noteRun('g', NOW);
  await store.noteRun('g', daysLater(1));
  expect(await store.lastRun('g')).toEqual(daysLater(1));
});
