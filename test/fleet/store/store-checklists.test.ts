import { describe, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { migrate, MIGRATIONS } from '../../../src/fleet/store/migrate.js';
import { SqliteConnection } from '../../../src/fleet/store/sqlite-connection.js';
import type { StoredAnswer } from '../../../src/model/checklist.js';
import { createStores, daysLater, NOW, testFiles } from './store-fixtures.js';

const stores = createStores();

const answer = (item: string, change: Partial<StoredAnswer> = {}): StoredAnswer => ({
  ...{ clientId: 'acme', checklist: 'nec-sl', item, answer: 'yes', by: 'Ann', role: 'installer', note: '' },
  ...{ at: NOW.toISOString(), expiresAt: daysLater(365).toISOString() },
  ...change,
});

describe('answers', () => {
  test('are all kept, in the order in which they were given, whatever their times', async () => {
    const store = await stores.open();
    const first = [answer('a'), answer('b', { answer: 'no', note: 'Zürich\n“quoted”' })];
    const later = answer('a', { answer: 'unknown', role: 'dealer', at: daysLater(-1).toISOString() });
    await store.addAnswers(first);
    await store.addAnswers([later]);
    expect(await store.listAnswers('acme', 'nec-sl')).toEqual([...first, later]);
  });

  test('are those of one client to one checklist', async () => {
    const store = await stores.open();
    await store.addAnswers([answer('a'), answer('b', { clientId: 'other' }), answer('c', { checklist: 'own' })]);
    expect((await store.listAnswers('acme', 'nec-sl')).map(({ item }) => item)).toEqual(['a']);
    expect((await store.listAnswers('other', 'nec-sl')).map(({ item }) => item)).toEqual(['b']);
    expect(await store.listAnswers('other', 'own')).toEqual([]);
  });

  test('are stored all or none', async () => {
    const store = await stores.open();
    await expect(store.addAnswers([answer('a'), answer('b', { at: 'never' })])).rejects.toThrow();
    expect(await store.listAnswers('acme', 'nec-sl')).toEqual([]);
    await store.addAnswers([]);
  });

  test('are counted, and never pruned', async () => {
    const store = await stores.open();
    await store.addAnswers([answer('a'), answer('a'), answer('b')]);
    await store.prune({ olderThan: daysLater(9_999), keepPerSlot: 1 });
    expect((await store.info()).counts).toMatchObject({ answers: 3, site_reports: 0 });
  });
});

testFiles('a store of the first version is brought up to date, and loses nothing', async () => {
  const path = stores.newPath();
  mkdirSync(dirname(path), { recursive: true });
  const connection = new SqliteConnection(path);
  await migrate(connection, MIGRATIONS.slice(0, 1));
  connection.execute(`
    insert into waivers (client_id, rule, "by", reason, until, granted_at)
      values ('acme', 'sip-open-to-world', 'Ann', 'moves', '2027-01-31', ${NOW.getTime()});
    insert into runs (key, at) values ('nightly', ${NOW.getTime()});
  `);
  await connection.close();
  const store = await stores.open(path);
  expect(await store.info()).toMatchObject({
    version: MIGRATIONS.length,
    counts: { waivers: 1, answers: 0, site_reports: 0 },
  });
  expect(await store.listWaivers('acme')).toMatchObject([{ rule: 'sip-open-to-world', until: '2027-01-31' }]);
  expect(await store.lastRun('nightly')).toEqual(NOW);
  await store.addAnswers([answer('a')]);
  expect(await store.listAnswers('acme', 'nec-sl')).toHaveLength(1);
  expect(await store.check()).toEqual([]);
});
