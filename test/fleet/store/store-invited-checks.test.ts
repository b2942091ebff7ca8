import { describe, expect, test } from '@jest/globals';
import type { Store } from '../../../src/fleet/store/store.js';
import { bareReport } from '../../../src/model/report.js';
import { alterStore, beginSweep, createStores, daysLater, named, reportAt, storeLook } from './store-fixtures.js';

const stores = createStores();
const ADDRESS = '203.0.113.7';

/** Stores a check from the site on a day. */
const add = (store: Store, day: number, client = 'acme', invite = `${client}-${day}`) =>
  store.write((writer) =>
    writer.addInvitedCheck(client, { invite, report: reportAt(ADDRESS, daysLater(day), named(`day ${day}`)) }),
  );

const days = async (store: Store, client = 'acme') =>
  (await store.listInvitedChecks(client, 99)).map(({ report }) => report.profile.name);

describe('checks from the site', () => {
  test('are given back as they were, newest first, that of an invite once', async () => {
    const store = await stores.open();
    for (const day of [1, 3, 2, 2]) await add(store, day);
    await add(store, 9, 'other');
    expect(await days(store)).toEqual(['day 3', 'day 2', 'day 1']);
    const [newest] = await store.listInvitedChecks('acme', 1);
    expect(newest).toEqual({
      invite: 'acme-3',
      report: bareReport(reportAt(ADDRESS, daysLater(3), named('day 3'))),
    });
    expect(await store.countRecords('acme')).toMatchObject({ invitedChecks: 3, results: 0 });
    expect((await store.info()).counts.invited_checks).toBe(4);
  });

  test('are no part of the results of sweeps', async () => {
    const store = await stores.open();
    await add(store, 1);
    expect([await store.readReports('acme', null), await store.listHistory('acme', 9)]).toEqual([[], []]);
  });

  test('are chained with the other records, and what someone does to them is noticed', async () => {
    const store = await stores.open();
    await add(store, 1);
    const sweep = await beginSweep(store, ['acme']);
    await storeLook(store, sweep.id, 'acme', reportAt(ADDRESS, daysLater(2)));
    await add(store, 3);
    expect(await store.readChainHead('acme')).toMatchObject({ length: 3 });
    expect(await store.checkChains()).toEqual([]);
    const name = `the check from the site of ${daysLater(3).toISOString()}`;
    const tamper = async (sql: string) => {
      await alterStore(stores.placeOf(store), sql);
      return store.checkChains();
    };
    expect(await tamper(`update invited_checks set invite = 'x' where id = 2`)).toEqual([
      `client acme: ${name} was altered`,
    ]);
    expect(await tamper(`update invited_checks set body = x'0178' where id = 2`)).toHaveLength(1);
    expect(await store.check()).toEqual(['check from a site 2: a stored check from a site is damaged']);
    expect(await tamper('delete from invited_checks where id = 2')).toEqual([
      'client acme: a record is missing at the end',
    ]);
  });

  test('are pruned but for the newest, renamed and forgotten with their client', async () => {
    const store = await stores.open();
    for (const day of [0, 1, 2]) await add(store, day);
    expect(await store.prune({ olderThan: daysLater(9), keepPerSlot: null })).toMatchObject({ invitedChecks: 2 });
    expect(await days(store)).toEqual(['day 2']);
    expect(await store.checkChains()).toEqual([]);
    await store.renameClient('acme', 'apex');
    expect([await days(store, 'acme'), await days(store, 'apex')]).toEqual([[], ['day 2']]);
    expect(await store.checkChains()).toEqual([]);
    await store.forgetClient('apex');
    expect(await store.countRecords('apex')).toBeNull();
    expect((await store.info()).counts.invited_checks).toBe(0);
  });
});
