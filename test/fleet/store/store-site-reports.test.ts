import { describe, expect, test } from '@jest/globals';
import type { Store } from '../../../src/fleet/store/store.js';
import { bareSiteReport, type SiteReport } from '../../../src/model/site.js';
import { siteReport } from './site-fixtures.js';
import { alterStore, createStores, daysLater, NOW } from './store-fixtures.js';

const stores = createStores();

/** What tells a report from others: the name of its profile. */
const named = (name: string) => ({ profile: { name, digest: '' } });

/** Stores a look at a site on a day, and returns its id. */
const look = (store: Store, day: number, change: Partial<SiteReport> = {}) =>
  store.addSiteReport(siteReport({ startedAt: daysLater(day).toISOString(), ...named(`day ${day}`), ...change }));

const summaries = async (store: Store, client: string | null = 'acme') =>
  (await store.listSiteReports(client, 99)).map(({ report }) => report.profile.name);

test('a report is given back as it was', async () => {
  const store = await stores.open();
  const report = siteReport({ ...named('Zürich \u001b[31m “quoted”') });
  const id = await store.addSiteReport(report);
  expect(await store.listSiteReports('acme', 1)).toEqual([
    { id, at: NOW.toISOString(), report: bareSiteReport(report) },
  ]);
});

test('those of a client come newest first, by when they began', async () => {
  const store = await stores.open();
  for (const day of [1, 3, 2]) await look(store, day);
  await look(store, 3, named('day 3, stored later'));
  await look(store, 9, { client: 'other' });
  await look(store, 9, { client: null, ...named('nobody') });
  expect(await summaries(store)).toEqual(['day 3, stored later', 'day 3', 'day 2', 'day 1']);
  expect(await store.listSiteReports('acme', 2)).toHaveLength(2);
  expect(await summaries(store, null)).toEqual(['nobody']);
  expect(await summaries(store, 'stranger')).toEqual([]);
});

describe('prune', () => {
  test('deletes what is older, and keeps the newest of each client and kind', async () => {
    const store = await stores.open();
    for (const day of [0, 1, 2]) await look(store, day);
    await look(store, 0, { kind: 'lan', ...named('lan') });
    await look(store, 0, { client: 'other' });
    for (const day of [0, 1]) await look(store, day, { client: null });
    const { siteReports } = await store.prune({ olderThan: daysLater(2), keepPerSlot: null });
    expect(siteReports).toBe(3);
    expect(await summaries(store)).toEqual(['day 2', 'lan']);
    expect(await summaries(store, 'other')).toEqual(['day 0']);
    expect(await summaries(store, null)).toEqual(['day 1']);
  });

  test('deletes nothing that is not older', async () => {
    const store = await stores.open();
    for (const day of [0, 1, 2]) await look(store, day);
    expect((await store.prune({ olderThan: daysLater(0), keepPerSlot: null })).siteReports).toBe(0);
  });

  test('deletes all but the newest', async () => {
    const store = await stores.open();
    for (const day of [2, 0, 1]) await look(store, day);
    expect((await store.prune({ olderThan: null, keepPerSlot: 2 })).siteReports).toBe(1);
    expect(await summaries(store)).toEqual(['day 2', 'day 1']);
  });
});

test('a damaged one is told, by check and when it is read', async () => {
  const place = stores.newPlace();
  const store = await stores.open(place);
  for (const day of [0, 1, 2]) await look(store, day, { client: `client ${day}` });
  await store.close();
  await alterStore(
    place,
    `
    update site_reports set body = x'0278' where id = 1;
    update site_reports set body = x'07' where id = 2;
  `,
  );
  const again = await stores.open(place);
  expect(await again.check()).toEqual([
    'site report 1: a stored site report is damaged',
    'site report 2: a site report is stored in the unknown format 7',
  ]);
  await expect(again.listSiteReports('client 0', 1)).rejects.toThrow('a stored site report is damaged');
  expect(await again.listSiteReports('client 2', 1)).toHaveLength(1);
});
