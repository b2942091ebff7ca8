import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { migrate, MIGRATIONS } from '../../../src/fleet/store/migrate.js';
import { openStore } from '../../../src/fleet/store/open-store.js';
import { encodeBody } from '../../../src/fleet/store/report-body.js';
import { digestReport } from '../../../src/fleet/store/report-digest.js';
import { restoreStore } from '../../../src/fleet/store/restore-store.js';
import { encodeSiteReport } from '../../../src/fleet/store/site-reports.js';
import { SqliteConnection } from '../../../src/fleet/store/sqlite-connection.js';
import type { Store } from '../../../src/fleet/store/store.js';
import { siteReport } from './site-fixtures.js';
import {
  alterStore,
  beginSweep,
  connectTo,
  createClient,
  createStores,
  daysLater,
  named,
  onServer,
  NOW,
  reportAt,
  storeLook,
  testFiles,
} from './store-fixtures.js';

const stores = createStores();
const SLOT = '203.0.113.9';

/** A sweep of clients on a day; each saw the same, in pairs of days. */
async function sweep(store: Store, day: number, ids: readonly string[] = ['a', 'b']): Promise<void> {
  const { id } = await beginSweep(store, ids, daysLater(day));
  const authorization = 'Ann, ticket 7';
  for (const client of ids)
    await storeLook(store, id, client, reportAt(SLOT, daysLater(day), { ...named(`day ${day >> 1}`), authorization }));
  await store.finishSweep(id, 'finished', daysLater(day));
}

const site = (store: Store, day: number, client: string | null = 'a') =>
  store.addSiteReport(siteReport({ startedAt: daysLater(day).toISOString(), client }));

const filled = stores.newPlace();

beforeAll(async () => {
  const store = await openStore(filled);
  for (const day of [0, 1, 2]) await sweep(store, day);
  await site(store, 2);
  for (const day of [3, 4, 5]) await sweep(store, day);
  await store.close();
});

/** Opens a copy of a store with six looks at two clients, and a site report of one of them in between. */
function fill(): Promise<Store> {
  return stores.openCopy(filled);
}

/** What a check says of a store in which someone did this by plain SQL. */
async function tamper(statements: string, store?: Store): Promise<string[]> {
  const altered = store ?? (await fill());
  await alterStore(stores.placeOf(altered), statements);
  return altered.checkChains();
}

/** The looks at client `a` have the ids 1, 3, 5, 7, 9 and 11. */
const looked = (day: number) => `client a: the check of ${daysLater(day).toISOString()} (${SLOT})`;

test('what is stored is chained, for each client its own', async () => {
  const store = await fill();
  await site(store, 0, 'new to the store');
  await site(store, 0, null);
  expect(await store.checkChains()).toEqual([]);
  const head = (client: string) => store.readChainHead(client);
  expect(await head('a')).toEqual({
    ...{ client: 'a', length: 7, head: expect.stringMatching(/^[0-9a-f]{64}$/) },
    register: { length: 4, head: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(await head('b')).toMatchObject({ client: 'b', length: 6 });
  expect(await head('new to the store')).toMatchObject({ length: 1 });
  expect(await head('stranger')).toBe(null);
  expect((await head('a'))?.head).not.toBe((await head('b'))?.head);
  expect((await store.info()).chains).toMatchObject({ clients: 4, records: 15 });
  await sweep(store, 6, ['new to the store']);
  expect(await head('new to the store')).toMatchObject({ length: 2 });
  expect(await store.checkChains()).toEqual([]);
});

test('a look is chained once it is final, and not again', async () => {
  const store = await stores.open();
  const { id } = await beginSweep(store, ['a']);
  const add = (final: boolean) =>
    store.write((writer) =>
      writer.addResult({ sweepId: id, client: createClient('a'), slot: SLOT, report: reportAt(SLOT, NOW), final }),
    );
  await add(false);
  expect(await store.readChainHead('a')).toBe(null);
  expect(await store.checkChains()).toEqual([]);
  for (let time = 0; time < 2; time++) {
    await add(true);
    expect(await store.readChainHead('a')).toMatchObject({ length: 1 });
    expect(await store.checkChains()).toEqual([]);
  }
});

describe('what someone does by plain SQL is noticed:', () => {
  test.each([
    `sweep_id = 99`,
    `at = at + 1`,
    `verdict = 'inconclusive'`,
    `address = '203.0.113.10'`,
    `address = null`,
    `target = '{}'`,
    `authorization_id = null`,
    `duration_ms = duration_ms + 0.5`,
    `srtt_ms = null`,
    `report_id = 1`,
    `slot_id = 99`,
    `chain = x'00'`,
    `chain = null`,
    `link = null`,
    `link = 99`,
    `link = 4`,
    `final = 0, link = null, chain = null`,
  ])('update results set %s', async (change) => {
    expect(await tamper(`update ${onServer ? '' : 'or ignore'} results set ${change} where id = 9`)).not.toEqual([]);
  });

  test('an altered record, which is named', async () => {
    expect(await tamper(`update results set verdict = 'violation' where id = 3`)).toEqual([`${looked(1)} was altered`]);
    expect(await tamper(`update results set duration_ms = 1 where id = 11`)).toEqual([`${looked(5)} was altered`]);
    expect(await tamper(`update site_reports set at = at + 1`)).toEqual([
      `client a: the site report of ${new Date(daysLater(2).getTime() + 1).toISOString()} was altered`,
    ]);
    expect(await tamper(`update authorizations set text = 'Bob'`)).toHaveLength(12);
  });

  test('an altered body, which several checks share', async () => {
    const body = encodeBody(reportAt(SLOT, NOW, named('another'))).toString('hex');
    expect(await tamper(`update reports set body = x'${body}' where id = 2`)).toEqual([
      `client b: what the check of ${daysLater(3).toISOString()} (${SLOT}) saw was altered, and so what 3 more saw, which was the same`,
    ]);
    expect(await tamper(`update reports set body = x'${body}', sum = x'00' where id = 2`)).toHaveLength(5);
    const other = encodeSiteReport(siteReport({ interrupted: true })).toString('hex');
    expect(await tamper(`update site_reports set body = x'${other}'`)).toEqual([
      `client a: the site report of ${daysLater(2).toISOString()} was altered`,
    ]);
  });

  test('a record that was hidden', async () => {
    expect(await tamper(`update results set final = 0 where id = 11`)).toEqual([
      `${looked(5)} is in the chain, but was marked as one that does not count`,
    ]);
  });

  test('how an address stands, where it is not ordered by that, or cannot be read', async () => {
    const store = await fill();
    await tamper(`update slots set state = replace(state, '"compliant"', '"violation"') where client_id = 'a'`, store);
    await tamper(`update slots set state = '{}' where client_id = 'b'`, store);
    expect(await store.check()).toEqual([
      `client a: how ${SLOT} stands was altered`,
      `client b: how ${SLOT} stands was altered`,
    ]);
  });

  test('an altered name of a slot', async () => {
    expect(await tamper(`update slots set slot = '203.0.113.8' where client_id = 'a'`)).toHaveLength(6);
  });

  test('records that were removed: the first, one between, a run, the last', async () => {
    expect(await tamper('delete from results where id = 1')).toEqual([
      `client a: a record is missing before the check of ${daysLater(1).toISOString()} (${SLOT})`,
    ]);
    expect(await tamper('delete from site_reports')).toEqual([
      `client a: a record is missing before the check of ${daysLater(3).toISOString()} (${SLOT})`,
    ]);
    expect(await tamper('delete from results where id in (3, 5)')).toEqual([
      `client a: 2 records are missing before the site report of ${daysLater(2).toISOString()}`,
    ]);
    expect(await tamper('delete from results where id = 11')).toEqual(['client a: a record is missing at the end']);
    expect(await tamper('delete from results where slot_id = 1; delete from site_reports')).toEqual([
      'client a: 7 records are missing at the end',
    ]);
    expect(
      await tamper('delete from results where slot_id = 1; delete from site_reports; delete from slots'),
    ).not.toEqual([]);
  });

  test('records in another order', async () => {
    const swap = (a: number, b: number) => `
      create temp table was as select id, link, chain from results;
      update results set link = (select link from was where id = ${b}), chain = (select chain from was where id = ${b})
        where id = ${a};
      update results set link = (select link from was where id = ${a}), chain = (select chain from was where id = ${a})
        where id = ${b};
    `;
    // The trigger notes an earlier end, which is noticed too.
    const problems = await tamper(swap(3, 9));
    const name = (day: number) => `the check of ${daysLater(day).toISOString()} (${SLOT})`;
    expect(problems).toEqual(
      expect.arrayContaining([
        `client a: ${name(1)} is in the place of ${name(4)}`,
        `client a: ${name(4)} is in the place of ${name(1)}`,
      ]),
    );
    expect(await tamper(swap(1, 2))).not.toEqual([]);
  });

  test('a record that was put in', async () => {
    const copied =
      'sweep_id + 1, slot_id, report_id, at, final, verdict, address, target, authorization_id, duration_ms, srtt_ms';
    const columns = copied.replace(' + 1', '');
    const put = (links: string) => `
      delete from results where id = 3;
      insert into results (${columns}, link, chain) select sweep_id + 1, ${copied.slice(14)}, ${links} from results where id = 1;
    `;
    expect(await tamper(put('null, null'))).toContain(
      `${looked(0)} is not in the chain: it was put in, or taken out of it`,
    );
    expect(await tamper(put('2, chain'))).not.toEqual([]);
    expect(await tamper(put('8, chain'))).not.toEqual([]);
  });

  test('an end of a chain that was altered or removed', async () => {
    expect(await tamper(`update chains set head = x'00' where client_id = 'a'`)).toEqual([
      'client a: the end of the chain is not the one that was noted',
    ]);
    for (const change of ['delete from chains', `update chains set length = 6 where client_id = 'a'`])
      expect(await tamper(change)).not.toEqual([]);
    expect(await tamper(`update chains set client_id = 'c' where client_id = 'a'`)).not.toEqual([]);
  });

  const allOf = (id: string, slot: number) => `
    delete from changes where slot_id = ${slot};
    delete from results where slot_id = ${slot};
    delete from slots where id = ${slot};
    delete from clients where id = '${id}';
    delete from site_reports where client_id = '${id}';
    delete from chains where client_id = '${id}';
  `;

  test('all records of a client that were removed, with the end of their chain', async () => {
    const gone = 'client a: all of its records were removed, and the end of its chain';
    expect(await tamper(allOf('a', 1))).toEqual([gone]);
    expect(
      await tamper(`update slots set state = null; delete from results where slot_id = 1;
      delete from site_reports; delete from chains where client_id = 'a'`),
    ).toEqual([gone]);
    const [cut, altered] = [
      'the register of clients: entry 2 was altered, or the one before it is missing',
      'the register of clients does not end as it was noted',
    ];
    expect(await tamper(`${allOf('a', 1)} delete from chain_register where number = 1`)).toEqual([cut]);
    expect(await tamper(`${allOf('b', 2)} delete from chain_register where number = 2`)).toEqual([altered]);
    expect(await tamper(`update chain_register set client_id = 'c' where number = 2`)).toEqual([cut]);
    expect(await tamper(`delete from chain_register`)).toEqual([
      altered,
      'client a: is not in the register of clients',
      'client b: is not in the register of clients',
    ]);
  });

  test('that of another client by the register in a signed report, although all was made anew', async () => {
    const signed = (await (await fill()).readChainHead('b'))!.register!;
    const store = await fill();
    expect(await store.findHead(signed)).toBe('contained');
    await sweep(store, 6, ['c']);
    expect(await store.findHead(signed)).toBe('contained');
    const forged = await stores.open();
    for (const day of [0, 1, 2]) await sweep(forged, day, ['b']);
    expect(await forged.checkChains()).toEqual([]);
    expect(await forged.findHead(signed)).toBe('missing');
    await sweep(forged, 3, ['c']);
    expect(await forged.findHead(signed)).toBe('other');
  });

  test('of many problems of a client the first are told', async () => {
    const store = await stores.open();
    for (let day = 0; day < 25; day++) await sweep(store, day, ['a']);
    const problems = await tamper(`update results set verdict = 'violation'`, store);
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('client a: 5 more');
  });
});

describe('what sallyport does itself leaves chains whole:', () => {
  test('prune, again and again, and what is removed besides is still noticed', async () => {
    const store = await fill();
    const before = await store.readChainHead('a');
    for (const day of [1, 2, 2, 4]) {
      await store.prune({ olderThan: daysLater(day), keepPerSlot: null });
      expect(await store.checkChains()).toEqual([]);
    }
    expect(await store.readChainHead('a')).toEqual(before);
    await sweep(store, 6);
    await store.prune({ olderThan: null, keepPerSlot: 1 });
    expect(await store.checkChains()).toEqual([]);
    expect(await tamper('delete from pruned_links where last = 3', store)).not.toEqual([]);
  });

  test('what was pruned is noted in few rows, whatever stays between', async () => {
    const store = await fill();
    // The site report stays, since it is the newest of its kind.
    await store.prune({ olderThan: daysLater(5), keepPerSlot: null });
    const connection = connectTo(stores.placeOf(store));
    const runs = () => connection.tables.selectFrom('pruned_links').select(['client_id', 'first', 'last']).execute();
    expect(await runs()).toEqual([
      { client_id: 'a', first: 1, last: 3 },
      { client_id: 'a', first: 5, last: 6 },
      { client_id: 'b', first: 1, last: 5 },
    ]);
    await site(store, 9);
    await sweep(store, 9);
    await store.prune({ olderThan: daysLater(8), keepPerSlot: null });
    expect(await runs()).toEqual([
      { client_id: 'a', first: 1, last: 7 },
      { client_id: 'b', first: 1, last: 6 },
    ]);
    await connection.close();
    expect(await store.checkChains()).toEqual([]);
    expect(await tamper('delete from results where id = 11', store)).toEqual([]);
    expect(await tamper(`delete from results where slot_id = 1`, store)).not.toEqual([]);
  });

  test('rename, retire and forget', async () => {
    const store = await fill();
    await store.prune({ olderThan: daysLater(2), keepPerSlot: null });
    const { length, head } = (await store.readChainHead('a'))!;
    await store.renameClient('a', 'c');
    expect(await store.readChainHead('a')).toBe(null);
    expect(await store.readChainHead('c')).toMatchObject({ length, head, client: 'c' });
    await store.retireClient('c', null, NOW);
    expect(await store.checkChains()).toEqual([]);
    await sweep(store, 6, ['c', 'a']);
    expect(await store.readChainHead('a')).toMatchObject({ length: 1 });
    expect(await store.checkChains()).toEqual([]);
    await store.forgetClient('c');
    expect(await store.readChainHead('c')).toBe(null);
    expect(await store.checkChains()).toEqual([]);
    // Renamed, and forgotten; of which clients, the store knows no more.
    expect((await store.info()).ended).toEqual({ clients: 2, last: expect.any(String) });
    const connection = connectTo(stores.placeOf(store));
    const named = await connection.tables.selectFrom('chain_register').select('client_id').orderBy('number').execute();
    expect(named.map((row) => row.client_id)).toEqual([null, 'b', null, null, 'a', null]);
    await connection.close();
    await sweep(store, 7, ['c']);
    expect(await store.readChainHead('c')).toMatchObject({ length: 1 });
    expect(await store.checkChains()).toEqual([]);
  });

  testFiles('vacuum, backup and restore', async () => {
    const store = await fill();
    const head = await store.readChainHead('a');
    expect(await tamper('vacuum', store)).toEqual([]);
    const [copy, restored] = [join(stores.directory, 'copy.sqlite'), stores.newPath()];
    await store.backup(copy);
    await restoreStore(copy, restored);
    const again = await stores.open(restored);
    expect(await again.checkChains()).toEqual([]);
    expect(await again.readChainHead('a')).toEqual(head);
  });
});

describe('the end of a chain that was signed', () => {
  test('is in the store as long as nothing before it changes', async () => {
    const store = await fill();
    const signed = (await store.readChainHead('a'))!;
    expect(await store.findHead(signed)).toBe('contained');
    await sweep(store, 6);
    expect(await store.findHead(signed)).toBe('contained');
    await store.prune({ olderThan: daysLater(6), keepPerSlot: null });
    expect(await store.findHead(signed)).toBe('contained');
    await sweep(store, 7);
    await store.prune({ olderThan: daysLater(7), keepPerSlot: null });
    expect(await store.findHead(signed)).toBe('pruned');
    await store.forgetClient('a');
    expect(await store.findHead(signed)).toBe('missing');
  });

  test('is another one in a store that was made anew without a record, although its chain is whole', async () => {
    const signed = (await (await fill()).readChainHead('a'))!;
    const forged = await stores.open();
    for (const day of [0, 2, 3, 4, 5, 6, 7]) await sweep(forged, day);
    expect(await forged.checkChains()).toEqual([]);
    expect(await forged.findHead(signed)).toBe('other');
    const older = await stores.open();
    for (const day of [0, 1, 2]) await sweep(older, day);
    expect(await older.findHead(signed)).toBe('missing');
  });
});

testFiles('a store of before is chained when it is opened', async () => {
  const old = join(stores.directory, 'old.sqlite');
  const connection = new SqliteConnection(old);
  await migrate(connection, MIGRATIONS.slice(0, 6));
  const report = reportAt(SLOT, NOW);
  const hex = (bytes: Buffer) => `x'${bytes.toString('hex')}'`;
  connection.execute(`
    insert into clients values ('a', '{"id":"a"}');
    insert into slots (id, client_id, slot) values (1, 'a', '${SLOT}');
    insert into reports values (1, ${hex(digestReport(report))}, ${hex(encodeBody(report))});
    insert into site_reports values (1, 'a', 'lan', 5, ${hex(encodeSiteReport(siteReport()))});
    insert into site_reports values (2, null, 'lan', 5, ${hex(encodeSiteReport(siteReport()))});
  `);
  connection.execute('begin');
  for (let id = 1; id <= 1_203; id++) {
    connection.execute(`
      insert into sweeps values (${id}, 'i', '{}', 'h', 1, 'finished', 1, 1, 1, 1, 0);
      insert into results values (${id}, ${id}, 1, 1, ${9_000 - id}, ${Number(id !== 7)}, 'compliant', '${SLOT}', null, null, 1.5, null);
    `);
  }
  connection.execute('commit');
  await connection.close();
  const store = await openStore(old);
  try {
    expect(await store.checkChains()).toEqual([]);
    expect(await store.readChainHead('a')).toMatchObject({ length: 1_203 });
    await sweep(store, 1, ['a']);
    expect(await store.readChainHead('a')).toMatchObject({ length: 1_204 });
    expect(await store.checkChains()).toEqual([]);
    expect(await tamper('update results set at = at + 1 where id = 1000', store)).toHaveLength(1);
  } finally {
    await store.close();
  }
});

test('whatever is done in whatever order, chains are whole, and a record that is altered or removed is noticed', async () => {
  type Act = (store: Store, day: number) => Promise<unknown>;
  const acts: Record<string, Act> = {
    sweep: (store, day) => sweep(store, day, ['a', 'b', 'c']),
    one: (store, day) => sweep(store, day, ['b']),
    site: (store, day) => site(store, day, 'b'),
    nobody: (store, day) => site(store, day, null),
    prune: (store, day) => store.prune({ olderThan: daysLater(day - 2), keepPerSlot: null }),
    keep: (store) => store.prune({ olderThan: null, keepPerSlot: 2 }),
    forget: (store) => store.forgetClient('a'),
    rename: async (store, day) => {
      if ((await store.countRecords('c')) !== null) await store.renameClient('c', `was-c-${day}`);
    },
  };
  const change = fc.constantFrom(
    'delete from results',
    `update results set srtt_ms = -1`,
    'update results set at = at - 1',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(acts)), { maxLength: 14 }),
      fc.nat(),
      change,
      async (names, pick, sql) => {
        const store = await stores.open();
        try {
          await acts['sweep']!(store, 0);
          for (const [index, name] of names.entries()) await acts[name]!(store, index + 1);
          expect(await store.checkChains()).toEqual([]);
          const victim = `(select id from results where final = 1 order by id limit 1 offset ${pick} % (select count(*) from results))`;
          expect(await tamper(`${sql} where id = ${victim}`, store)).not.toEqual([]);
        } finally {
          await store.close();
        }
      },
    ),
    { numRuns: onServer ? 5 : 20 },
  );
});
