import { expect, test } from '@jest/globals';
import { copyStore } from '../../../src/fleet/store/copy-store.js';
import { connect } from '../../../src/fleet/store/open-store.js';
import type { StoreConnection } from '../../../src/fleet/store/connection.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { StorePlace } from '../../../src/model/store-place.js';
import { alterStore, beginSweep, createStores, daysLater, NOW, reportAt, storeLook } from './store-fixtures.js';
import { siteReport } from './site-fixtures.js';

const stores = createStores();

const WAIVER = { clientId: 'a', rule: 'r', endpoint: null, by: 'b', reason: 'n\ufdd0t', until: '2027-01-31' } as const;

/** A store with something in most tables, and an id that is never to come again. */
async function fill(place: StorePlace): Promise<Store> {
  const store = await stores.open(place);
  for (const day of [0, 1, 2]) {
    const { id } = await beginSweep(store, ['a', 'b', 'c'], daysLater(day));
    for (const client of ['a', 'b']) await storeLook(store, id, client, reportAt('203.0.113.9', daysLater(day)));
  }
  await alterStore(
    place,
    `insert into open_issues (slot_id, rule, endpoint) values (1, 'r', null), (1, 'r', null), (1, 'r', 'tcp/80'), (2, 'r', null)`,
  );
  for (let time = 0; time < 40; time++) await store.addSiteReport(siteReport({ client: 'a' }));
  await store.noteRun('g', NOW);
  for (let time = 0; time < 3; time++)
    await store.addWaiver({ ...WAIVER, severity: null, identity: null, grantedAt: NOW.toISOString() });
  await store.revokeWaiver(3);
  return store;
}

async function copy(from: StorePlace, to: StorePlace) {
  const connections: [StoreConnection, StoreConnection] = [await connect(from), await connect(to)];
  try {
    return await copyStore(...connections, () => undefined);
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

test('a copy says what the store says, and goes on as it would', async () => {
  const places = [stores.newPlace(), stores.newPath(), stores.newPlace()] as const;
  const store = await fill(places[0]);
  const there = await copy(places[0], places[1]);
  const back = await copy(places[1], places[2]);
  expect(back).toEqual(there);
  expect(there.tables.find(({ table }) => table === 'open_issues')).toMatchObject({ rows: 4 });
  const copied = await stores.open(places[2]);
  const { kind: _kind, path: _path, bytes: _bytes, ...info } = await store.info();
  expect(await copied.info()).toMatchObject(info);
  expect(await copied.checkChains()).toEqual([]);
  const waiver = { ...WAIVER, severity: null, identity: null, grantedAt: NOW.toISOString() };
  expect((await copied.addWaiver(waiver)).id).toBe(4);
  // Triggers work there, and chains go on.
  const { id } = await beginSweep(copied, ['a', 'b'], daysLater(3));
  expect(id).toBe(4);
  expect(await storeLook(copied, id, 'a', reportAt('203.0.113.9', daysLater(3)))).toBe(7);
  expect(await copied.readChainHead('a')).toMatchObject({ length: 44 });
  expect(await copied.checkChains()).toEqual([]);
});

test('a store that holds something is not copied into, and stays as it was', async () => {
  const [from, to] = [stores.newPlace(), stores.newPlace()];
  await fill(from);
  const other = await stores.open(to);
  await other.noteRun('g', daysLater(9));
  await expect(copy(from, to)).rejects.toThrow(
    `${other.path} holds a history already: name a store that is empty, or new`,
  );
  expect(await other.lastRun('g')).toEqual(daysLater(9));
  expect(await other.listClientIds()).toEqual([]);
  await expect(copy(from, from)).rejects.toThrow('cannot be copied into itself');
});

test('a copy that is not equal is none', async () => {
  const [from, to] = [stores.newPlace(), stores.newPlace()];
  await fill(from);
  const copied = await stores.open(to);
  const source = await connect(from);
  const target = await connect(to);
  // What is written there becomes another thing.
  const spoiling: StoreConnection = Object.create(target, {
    setLastIds: {
      value: async (tables: StoreConnection['tables'], ids: ReadonlyMap<string, number>) => {
        await target.setLastIds(tables, ids);
        await tables.updateTable('waivers').set({ reason: 'other' }).where('id', '=', 2).execute();
      },
    },
    fill: { value: target.fill.bind(target) },
    readLastIds: { value: target.readLastIds.bind(target) },
    path: { value: target.path },
  }) as StoreConnection;
  await expect(copyStore(source, spoiling, () => undefined)).rejects.toThrow('the copy of waivers is not equal');
  await Promise.all([source.close(), target.close()]);
  expect(await copied.listWaivers()).toEqual([]);
  expect(await copied.listClientIds()).toEqual([]);
});
