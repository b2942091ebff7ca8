import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MIGRATIONS } from '../../../src/fleet/store/migrate.js';
import { SqliteConnection } from '../../../src/fleet/store/sqlite-connection.js';
import { StoreError } from '../../../src/fleet/store/store-error.js';
import type { Store } from '../../../src/fleet/store/store.js';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import type { AlertEvent } from '../../../src/model/alert.js';
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
  testFiles,
} from './store-fixtures.js';

const stores = createStores();
const SLOT = '203.0.113.9';

/** A store with a finished sweep of one client each day, from day 0; each report differs. */
async function fill(days: number, store: Store): Promise<Store> {
  for (let day = 0; day < days; day++) {
    const { id } = await beginSweep(store, ['a'], daysLater(day));
    await storeLook(store, id, 'a', reportAt(SLOT, daysLater(day), named(`day ${day}`)));
    await store.finishSweep(id, 'finished', daysLater(day));
  }
  return store;
}

const summaries = async (store: Store) =>
  (await store.listHistory('a', 99)).map(({ report }) => report.profile.name).reverse();

describe('prune', () => {
  test('deletes what is older, with its reports and sweeps', async () => {
    const store = await fill(10, await stores.open());
    const pruned = await store.prune({ olderThan: daysLater(7), keepPerSlot: null });
    expect(pruned).toEqual({
      results: 7,
      reports: 7,
      changes: 0,
      messages: 0,
      sweeps: 7,
      siteReports: 0,
      invitedChecks: 0,
    });
    expect(await summaries(store)).toEqual(['day 7', 'day 8', 'day 9']);
    expect(await store.check()).toEqual([]);
  });

  test('keeps what was stored last, although a clock was ahead before', async () => {
    const store = await stores.open();
    for (const day of [900, 1, 2]) {
      const { id } = await beginSweep(store, ['a'], daysLater(day));
      await storeLook(store, id, 'a', reportAt(SLOT, daysLater(day), named(`day ${day}`)));
      await store.finishSweep(id, 'finished', daysLater(day));
    }
    await store.prune({ olderThan: null, keepPerSlot: 1 });
    expect(await summaries(store)).toEqual(['day 2']);
    expect(await store.checkChains()).toEqual([]);
  });

  test('leaves a client on the list of which no check has counted', async () => {
    const store = await stores.open();
    const [client, listed] = [createClient('a', { addresses: [SLOT] }), async () => (await store.readRoster()).unswept];
    const { id } = await beginSweep(store, ['a'], daysLater(-500));
    const report = reportAt(SLOT, daysLater(-500));
    await store.write((writer) => writer.addResult({ sweepId: id, client, slot: SLOT, final: false, report }));
    await store.putRoster(INVENTORY, listRoster([client]));
    expect(await listed()).toEqual([]);
    await store.prune({ olderThan: daysLater(-400), keepPerSlot: null });
    expect(await listed()).toMatchObject([{ client: { id: 'a' }, addresses: SLOT }]);
  });

  test('deletes all but the newest final ones, and what is not final before them', async () => {
    const store = await fill(4, await stores.open());
    const { id } = await beginSweep(store, ['a'], daysLater(4));
    const add = (day: number, final: boolean) =>
      store.write((writer) =>
        writer.addResult({
          ...{ sweepId: id, client: createClient('a'), slot: SLOT, final },
          report: reportAt(SLOT, daysLater(day), named(`day ${day}`)),
        }),
      );
    await add(4, false);
    await store.finishSweep(id, 'finished', daysLater(4));
    expect((await store.prune({ olderThan: null, keepPerSlot: 2 })).results).toBe(2);
    expect(await summaries(store)).toEqual(['day 2', 'day 3', 'day 4']);
  });

  test('never deletes the newest final result of a slot', async () => {
    const store = await fill(3, await stores.open());
    await store.prune({ olderThan: daysLater(999), keepPerSlot: 1 });
    expect(await summaries(store)).toEqual(['day 2']);
    expect(await collect(store.readClientStates())).toHaveLength(1);
    expect(await store.listSweeps(9)).toHaveLength(1);
  });

  test('keeps the result that a state is known from', async () => {
    const store = await fill(1, await stores.open());
    const { id } = await beginSweep(store, ['a'], daysLater(1));
    const report = reportAt(SLOT, daysLater(1), named('day 1'));
    const result = { sweepId: id, client: createClient('a'), slot: SLOT, report, final: true };
    await store.write((writer) => writer.addResult(result));
    await store.finishSweep(id, 'finished', daysLater(1));
    await store.prune({ olderThan: daysLater(9), keepPerSlot: 1 });
    expect(await summaries(store)).toEqual(['day 0', 'day 1']);
  });

  test('keeps the results of a sweep that has work left, unless it has been silent for too long', async () => {
    const store = await stores.open();
    const { id } = await beginSweep(store, ['a', 'b']);
    await storeLook(store, id, 'a', reportAt(SLOT, NOW));
    await fill(1, store);
    await store.prune({ olderThan: null, keepPerSlot: 1 });
    expect(await store.listHistory('a', 9)).toHaveLength(2);
    await store.beat(id, daysLater(20));
    await store.prune({ olderThan: daysLater(10), keepPerSlot: 1 });
    expect(await store.listHistory('a', 9)).toHaveLength(2);
    await store.prune({ olderThan: daysLater(30), keepPerSlot: 1 });
    expect(await store.listHistory('a', 9)).toHaveLength(1);
    expect(await store.nextWork(id, 0, 9)).toEqual([]);
  });

  test('deletes old changes and sent messages; what is to be sent stays, and waivers do', async () => {
    const store = await fill(2, await stores.open());
    const event: AlertEvent = { type: 'operator', at: NOW.toISOString(), title: 't', detail: '' };
    for (const key of ['sent', 'waiting', 'failed', 'held']) {
      const message = { key, channel: 'c', digest: key === 'held', sweepId: 1, event, at: NOW.toISOString() };
      await store.write((writer) => writer.enqueue(message));
    }
    const [sent, , failed] = await store.messages.claimMessages(NOW, 9, 0);
    await store.messages.markSent(sent!.id, NOW);
    await store.messages.markFailed(failed!.id, 'no', null);
    const change = { kind: 'exposed', key: 'k', severity: 'low', rule: 'r', endpoint: null } as const;
    for (const day of [0, 20]) {
      const place = { clientId: 'a', slot: SLOT, sweepId: 2, at: daysLater(day).toISOString() };
      await store.write((writer) =>
        writer.addChanges(place, [{ ...change, data: { finding: {}, was: null }, alerted: true }]),
      );
    }
    await store.addWaiver({
      ...{ clientId: 'a', rule: 'r', endpoint: null, by: 'b', reason: 'r', until: '2020-01-01' },
      ...{ severity: null, identity: null, grantedAt: NOW.toISOString() },
    });
    const pruned = await store.prune({ olderThan: daysLater(10), keepPerSlot: null });
    expect(pruned).toEqual({
      results: 1,
      reports: 1,
      changes: 1,
      messages: 1,
      sweeps: 0,
      siteReports: 0,
      invitedChecks: 0,
    });
    expect(await store.messages.count()).toEqual({ waiting: 1, held: 1, failed: 1 });
    expect(await store.listWaivers()).toHaveLength(1);
  });

  testFiles('gives space back to the disk', async () => {
    const store = await stores.open();
    const { id } = await store.beginSweep(
      { inventory: INVENTORY, filter: {}, owner: HERE, startedAt: NOW },
      Array.from({ length: 500 }, (_, index) => createClient(`c${index}`, { notes: 'x'.repeat(2_000) })),
    );
    await store.finishSweep(id, 'finished', NOW);
    const before = (await store.info()).bytes;
    await store.prune({ olderThan: daysLater(1), keepPerSlot: null });
    expect((await store.info()).bytes).toBeLessThan(before / 5);
  });
});

describe('check', () => {
  test('finds nothing in a sound store', async () => {
    expect(await (await fill(3, await stores.open())).check()).toEqual([]);
  });

  testFiles('tells a damaged report, and a reference into nothing', async () => {
    const path = stores.newPath();
    const store = await fill(3, await stores.open(path));
    await store.close();
    const connection = new SqliteConnection(path);
    connection.execute(`
      update reports set body = x'0278' where id = 2;
      pragma foreign_keys = off;
      delete from reports where id = 3;
    `);
    await connection.close();
    const problems = await (await stores.open(path)).check();
    expect(problems).toEqual([
      'a row of results refers to one of reports that is not there',
      'report 2: a stored report is damaged',
    ]);
  });

  testFiles('tells a damaged page', async () => {
    const path = stores.newPath();
    const store = await fill(40, await stores.open(path));
    await store.close();
    const content = readFileSync(path);
    // In the last page are rows of a table or an index, after what SQLite needs to open the file.
    content.fill(0xff, content.length - 4_096, content.length - 3_000);
    writeFileSync(path, content);
    expect(await (await stores.open(path)).check()).not.toEqual([]);
  });
});

describe('backup', () => {
  testFiles('is a store with all that was committed, for the owner alone', async () => {
    const store = await fill(2, await stores.open());
    const file = join(stores.directory, 'backup.sqlite');
    await store.backup(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await fill(1, store);
    const copy = await stores.open(file);
    expect(await summaries(copy)).toEqual(['day 0', 'day 1']);
    expect(await copy.check()).toEqual([]);
  });

  testFiles('overwrites nothing', async () => {
    const store = await fill(1, await stores.open());
    const file = join(stores.directory, 'taken');
    writeFileSync(file, '');
    await expect(store.backup(file)).rejects.toThrow(`${file} exists already: name a new file`);
    await expect(store.backup(file)).rejects.toBeInstanceOf(StoreError);
    const nowhere = join(stores.directory, 'no', 'where');
    await expect(store.backup(nowhere)).rejects.toThrow(`${nowhere} cannot be written (ENOENT)`);
    expect(statSync(file).size).toBe(0);
    expect(existsSync(nowhere)).toBe(false);
  });

  testFiles('leaves nothing where it fails half way', async () => {
    const store = await fill(1, await stores.open());
    await store.close();
    const file = join(stores.directory, 'half');
    await expect(store.backup(file)).rejects.toThrow();
    expect(existsSync(file)).toBe(false);
  });
});

test('info tells what is in the store', async () => {
  const store = await stores.open();
  const { path } = store;
  expect(await store.info()).toMatchObject({ path, version: MIGRATIONS.length, oldest: null, newest: null });
  await fill(3, store);
  const info = await store.info();
  expect(info.counts).toEqual({
    ...{ clients: 1, slots: 1, sweeps: 3, work: 0, results: 3, reports: 3, changes: 0, waivers: 0, messages: 0 },
    ...{ answers: 0, site_reports: 0, invited_checks: 0 },
  });
  expect([info.oldest, info.newest]).toEqual([NOW.toISOString(), daysLater(2).toISOString()]);
  expect(info.bytes).toBeGreaterThan(10_000);
});

testFiles('a look at a client that has not changed takes at most 250 bytes', async () => {
  const store = await stores.open();
  const ids = Array.from({ length: 150 }, (_, index) => `client-${index}`);
  const sweep = async (day: number) => {
    const { id } = await beginSweep(store, ids, daysLater(day));
    for (const [index, client] of ids.entries()) {
      await storeLook(store, id, client, reportAt(`203.0.113.${index}`, daysLater(day)));
    }
    await store.finishSweep(id, 'finished', daysLater(day));
    return (await store.info()).bytes;
  };
  const first = await sweep(0);
  let last = first;
  for (let day = 1; day <= 5; day++) last = await sweep(day);
  expect((last - first) / 5 / ids.length).toBeLessThan(250);
});
