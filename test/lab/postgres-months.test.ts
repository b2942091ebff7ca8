import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { copyStore, type TableDigest } from '../../src/fleet/store/copy-store.js';
import { migrate, MIGRATIONS } from '../../src/fleet/store/migrate.js';
import { connect } from '../../src/fleet/store/open-store.js';
import { PostgresConnection } from '../../src/fleet/store/postgres/postgres-connection.js';
import { PrunedMonths } from '../../src/fleet/store/postgres/prune-months.js';
import { Store } from '../../src/fleet/store/store.js';
import type { ServerPlace, StorePlace } from '../../src/model/store-place.js';
import { VERDICTS, type Verdict } from '../../src/model/report.js';
import { beginSweep, collect, createClient, createStores, named, reportAt } from '../fleet/store/store-fixtures.js';
import { siteReport } from '../fleet/store/site-fixtures.js';
import { createPostgres, type PostgresServer } from './postgres-server.js';

/* Results and changes by month: what a server has instead of a table that only grows. */

const DAY = 86_400_000;
const stores = createStores();
const opened: PostgresConnection[] = [];
let server: PostgresServer;
let count = 0;

beforeAll(async () => {
  server = await createPostgres();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
});
afterAll(() => server.remove());

function newPlace(): ServerPlace {
  return {
    ...{ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres', schema: `months_${++count}` },
    ...{ findPassword: () => Promise.resolve(null), readTls: null },
  };
}

function connectTo(place: ServerPlace): PostgresConnection {
  const connection = new PostgresConnection(place);
  opened.push(connection);
  return connection;
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * DAY);
}

/** The first of a month, so many before this one, UTC. */
function monthsAgo(months: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months));
}

const nameOf = (month: Date) => month.toISOString().slice(0, 7).replace('-', '_');

/** The tables that a schema keeps results and changes in, with their numbers of rows. */
function listTables({ schema }: ServerPlace): ReadonlyMap<string, number> {
  const lines = server.query(`
    select relname, (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I.%I', '${schema}', relname),
      false, true, '')))[1]::text
    from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'r' and relname ~ '^(results|changes)_'
  `);
  return new Map(
    lines
      .trim()
      .split('\n')
      .map((line) => line.split('|') as [string, string])
      .map(([name, rows]) => [name, Number(rows)]),
  );
}

/** Copies a store, and tells what was in it. */
async function copy(from: StorePlace, to: StorePlace): Promise<readonly TableDigest[]> {
  const [source, target] = [await connect(from), await connect(to)];
  try {
    return (await copyStore(source, target, () => undefined)).tables;
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

const readAll = (place: StorePlace) => copy(place, stores.newPath());

interface Look {
  readonly client: string;
  readonly slot: string;
  readonly daysAgo: number;
  readonly sweep: number;
  readonly final: boolean;
  readonly verdict: Verdict;
  readonly profile: string;
  readonly state: boolean;
  readonly changes: number;
}

const look: fc.Arbitrary<Look> = fc.record({
  client: fc.constantFrom('a', 'b', 'c'),
  slot: fc.constantFrom('203.0.113.7', 'host.example'),
  // Clocks may be wrong: by years, too.
  daysAgo: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 130 }) },
    { weight: 1, arbitrary: fc.constantFrom(-800, -40, 5_000, 19_000) },
  ),
  sweep: fc.integer({ min: 0, max: 7 }),
  final: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  verdict: fc.constantFrom(...VERDICTS),
  profile: fc.constantFrom('closed', 'trunk', 'desk', 'door'),
  state: fc.boolean(),
  changes: fc.integer({ min: 0, max: 2 }),
});

/** Sweeps 0 and 1 have work left, and 0 has been silent for long. */
async function fill(store: Store, looks: readonly Look[]): Promise<void> {
  const sweeps: number[] = [];
  for (let n = 0; n < 8; n++) sweeps.push((await beginSweep(store, n < 2 ? ['z'] : [], daysAgo(n === 0 ? 125 : 1))).id);
  for (const one of looks) {
    const { client, slot, final, verdict } = one;
    const [at, sweepId] = [daysAgo(one.daysAgo), sweeps[one.sweep]!];
    const report = { ...reportAt('203.0.113.7', at, { ...named(one.profile), verdict }) };
    await store.write(async (tx) => {
      const resultId = await tx.addResult({ sweepId, client: createClient(client), slot, report, final });
      if (resultId === null) return;
      const state = { address: null, verdict, issues: {}, identities: {} };
      if (final && one.state) await tx.putState(client, slot, state, { resultId, at: at.toISOString() });
      const change = { kind: 'exposed', key: 'k', severity: 'low', rule: 'r', endpoint: null, alerted: true } as const;
      await tx.addChanges(
        { clientId: client, slot, sweepId, at: at.toISOString() },
        Array.from({ length: one.changes }, () => ({ ...change, data: { finding: {}, was: null } })),
      );
    });
    if (one.changes === 2) await store.addSiteReport(siteReport({ client }));
  }
  for (const id of sweeps.slice(2)) await store.finishSweep(id, 'finished', daysAgo(1));
}

async function findTrouble(store: Store): Promise<string[]> {
  return [...(await store.check()), ...(await store.checkChains()), ...(await store.checkSummaries())];
}

/** How all slots stand. Only when that was last seen may a prune take away. */
async function readStanding(store: Store) {
  return (await collect(store.readClientStates())).map(({ seenAt: _seenAt, ...standing }) => standing);
}

test('prune leaves on a server what it leaves in a file, whatever there was', async () => {
  const limit = fc.record({
    daysAgo: fc.integer({ min: 0, max: 130 }),
    keep: fc.option(fc.integer({ min: 1, max: 2 })),
  });
  const property = fc.asyncProperty(
    fc.array(look, { minLength: 10, maxLength: 50 }),
    fc.array(limit, { minLength: 1, maxLength: 2 }),
    async (looks, limits) => {
      const [file, place] = [stores.newPath(), newPlace()];
      const here = await stores.open(file);
      await fill(here, looks);
      expect(await readAll(file)).toEqual(await copy(file, place));
      const there = await stores.open(place);
      const standing = await readStanding(there);
      for (const { daysAgo: days, keep } of limits) {
        const policy = { olderThan: daysAgo(days), keepPerSlot: keep };
        expect(await there.prune(policy)).toEqual(await here.prune(policy));
        expect(await readAll(place)).toEqual(await readAll(file));
        expect(await findTrouble(there)).toEqual([]);
        expect(await readStanding(there)).toEqual(standing);
      }
      const before = Math.min(...limits.map(({ daysAgo: days }) => daysAgo(days).getTime()));
      for (let n = 0; n < 6; n++)
        if (monthsAgo(n - 1).getTime() <= before)
          expect(listTables(place)).not.toContain(`results_${nameOf(monthsAgo(n))}`);
      await Promise.all([here.close(), there.close()]);
    },
  );
  // Which of a slot are the newest is told before a month goes, also where a clock was wrong.
  const wrong = [3, 95, 83].map((days, n): Look => {
    const rest = { final: true, verdict: 'compliant', profile: 'closed', state: true, changes: 0 } as const;
    return { client: 'c', slot: 'host.example', daysAgo: days, sweep: 2 + n, ...rest };
  });
  await fc.assert(property, { numRuns: 10, endOnFailure: true, examples: [[wrong, [{ daysAgo: 91, keep: 2 }]]] });
}, 240_000);

/** A look each in this month and in so many before, with a change. */
async function fillMonths(store: Store, months: number, clients: readonly string[] = ['a']): Promise<void> {
  for (let n = months; n >= 0; n--) {
    const { id } = await beginSweep(store, clients, monthsAgo(n));
    for (const client of clients) {
      const report = { ...reportAt('203.0.113.7', monthsAgo(n), named(`month ${n}`)), verdict: 'violation' as const };
      await store.write(async (tx) => {
        const look = { sweepId: id, client: createClient(client), slot: '203.0.113.7', report, final: true };
        const resultId = (await tx.addResult(look))!;
        const state = { address: null, verdict: report.verdict, issues: {}, identities: {} };
        if (n === months) await tx.putState(client, look.slot, state, { resultId, at: report.startedAt });
        const place = { clientId: client, slot: look.slot, sweepId: id, at: report.startedAt };
        const change = {
          kind: 'exposed',
          key: 'k',
          severity: 'low',
          rule: 'r',
          endpoint: null,
          alerted: true,
        } as const;
        await tx.addChanges(place, [{ ...change, data: { finding: {}, was: null } }]);
        await tx.finishClient(id, client);
      });
    }
    await store.finishSweep(id, 'finished', monthsAgo(n));
  }
}

/** A store of a server with four months that are kept as tables. */
async function openMonths(place = newPlace()): Promise<{ place: ServerPlace; store: Store; file: string }> {
  const file = stores.newPath();
  await fillMonths(await stores.open(file), 3);
  await copy(file, place);
  return { place, store: await stores.open(place), file };
}

test('a month goes as its tables; what has to stay of it is moved, and this month and those that come are there', async () => {
  const { place, store } = await openMonths();
  const months = [3, 2, 1, 0, -1, -2].map((n) => nameOf(monthsAgo(n)));
  const names = [...months, 'rest'].flatMap((name) => [`results_${name}`, `changes_${name}`]);
  expect([...listTables(place).keys()].sort()).toEqual(names.sort());
  expect(listTables(place).get('results_rest')).toBe(0);
  const standing = await readStanding(store);
  const pruned = await store.prune({ olderThan: monthsAgo(1), keepPerSlot: null });
  expect(pruned).toMatchObject({ results: 1, changes: 2, reports: 1, sweeps: 1 });
  const left = listTables(place);
  expect(names.filter((name) => !left.has(name)).sort()).toEqual(
    months
      .slice(0, 2)
      .flatMap((name) => [`results_${name}`, `changes_${name}`])
      .sort(),
  );
  // What the state is known from.
  expect(left.get('results_rest')).toBe(1);
  expect((await store.listHistory('a', 9)).map(({ at }) => at)).toEqual(
    [0, 1, 3].map((n) => monthsAgo(n).toISOString()),
  );
  expect(await readStanding(store)).toEqual(standing);
  expect(await findTrouble(store)).toEqual([]);
  const { deletedBefore } = await store.countCoverage({ since: monthsAgo(4), until: new Date() });
  expect(deletedBefore).toEqual(monthsAgo(1));
  // One in the rest goes when it is needed no more.
  await fillMonths(store, 0);
  const later = { ...reportAt('203.0.113.7'), verdict: 'compliant' as const };
  const { id } = await beginSweep(store, ['a'], new Date());
  await store.write(async (tx) => {
    const look = { sweepId: id, client: createClient('a'), slot: '203.0.113.7', report: later, final: true };
    const resultId = (await tx.addResult(look))!;
    const state = { address: null, verdict: later.verdict, issues: {}, identities: {} };
    await tx.putState('a', look.slot, state, { resultId, at: later.startedAt });
    await tx.finishClient(id, 'a');
  });
  expect((await store.prune({ olderThan: monthsAgo(1), keepPerSlot: null })).results).toBe(1);
  expect(listTables(place).get('results_rest')).toBe(0);
  expect(await findTrouble(store)).toEqual([]);
});

test('a store of before is kept by month when it is opened, by several processes at once', async () => {
  const place = newPlace();
  const old = connectTo(place);
  await migrate(old, MIGRATIONS.slice(0, 21));
  await fillMonths(new Store(old), 3, ['a', 'b']);
  const { rows } = await sql<{ id: number }>`select nextval('changes_id_seq') as id`.execute(old.tables);
  const before = await sql`select * from results order by id`.execute(old.tables);
  await Promise.all([1, 2, 3, 4].map(() => stores.open(place)));
  const tables = listTables(place);
  for (const n of [0, 1, 2, 3]) expect(tables.get(`results_${nameOf(monthsAgo(n))}`)).toBe(2);
  expect([tables.get('results_rest'), tables.get('changes_rest')]).toEqual([0, 0]);
  const store = await stores.open(place);
  expect((await sql`select * from results order by id`.execute(old.tables)).rows).toEqual(before.rows);
  expect(await findTrouble(store)).toEqual([]);
  // Ids go on, and triggers work.
  await fillMonths(store, 0, ['a', 'b']);
  expect(await findTrouble(store)).toEqual([]);
  expect((await store.listChanges({ clientId: 'a', limit: 1 }))[0]!.id).toBe(rows[0]!.id + 1);
  expect((await store.listNewest(1))[0]!.resultId).toBe(10);
  const [there, back] = [await readAll(place), newPlace()];
  expect(await copy(place, back)).toEqual(there);
});

test('what no table was made for is kept with the rest, and moved when one is, by whoever is first', async () => {
  const { place, store } = await openMonths();
  const { schema } = place;
  const names = [
    `results_${nameOf(monthsAgo(0))}`,
    `changes_${nameOf(monthsAgo(0))}`,
    `changes_${nameOf(monthsAgo(-2))}`,
  ];
  server.query(`set search_path to ${schema}; drop table ${names.join(', ')}`);
  await store.close();
  const before = await readAll(place);
  // The table is not to be had: nothing is lost for that.
  const reader = connectTo(place);
  await reader.snapshot(async (tables) => {
    await sql`select count(*) from results_rest`.execute(tables);
    const other = await stores.open(place);
    await fillMonths(other, 0, ['b']);
    expect(listTables(place).get('results_rest')).toBe(1);
    await other.close();
  });
  const others = [1, 2, 3, 4].map(() => connectTo(place));
  await Promise.all(others.map((connection, n) => new Store(connection).noteRun(`${n}`, new Date())));
  const tables = listTables(place);
  for (const name of names) expect([...tables.keys()]).toContain(name);
  expect([tables.get('results_rest'), tables.get(names[0]!), tables.get(names[1]!)]).toEqual([0, 1, 1]);
  const opened = await stores.open(place);
  expect(before.find(({ table }) => table === 'results')!.rows).toBe(3);
  expect(await opened.checkSummaries()).toHaveLength(1);
});

test('a sweep has one result of each slot, although its looks are of two months', async () => {
  const { place, store } = await openMonths();
  const { id } = await beginSweep(store, ['a'], monthsAgo(1));
  const add = (at: Date, final: boolean) =>
    store.write((tx) =>
      tx.addResult({
        ...{ sweepId: id, client: createClient('a'), slot: '203.0.113.7', final },
        report: reportAt('203.0.113.7', at, named(`${at.getTime()}`)),
      }),
    );
  const first = await add(monthsAgo(1), false);
  expect(await add(monthsAgo(0), false)).toBe(first);
  expect(await add(monthsAgo(1), true)).toBe(first);
  expect(await add(monthsAgo(0), true)).toBeNull();
  const { rows } = await sql`select at from results where sweep_id = ${id}`.execute(connectTo(place).tables);
  expect(rows).toEqual([{ at: monthsAgo(1).getTime() }]);
  expect(await findTrouble(store)).toEqual([]);
});

test('a prune that is cut off leaves all as it was, and those that write go on', async () => {
  const { place, store, file } = await openMonths();
  const before = await readAll(place);
  const [reader, { tables: other }] = [connectTo(place), connectTo(place)];
  await reader.snapshot(async (tables) => {
    await sql`select count(*) from results`.execute(tables);
    const pruned = store.prune({ olderThan: monthsAgo(2), keepPerSlot: null });
    const failed = expect(pruned).rejects.toMatchObject({ name: 'StoreError', mayPass: true });
    const isOver = pruned.then(
      () => true,
      () => true,
    );
    // A session that is open already: a drop does not wait for long.
    const kill = sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where query like 'drop table%' and wait_event_type = 'Lock'
    `;
    for (let killed = 0; killed === 0;) {
      killed = (await kill.execute(other)).rows.length;
      if (await Promise.race([isOver, sleep(5, false)])) break;
    }
    await failed;
  });
  expect((await readAll(place)).filter(({ table }) => table !== 'runs')).toEqual(
    before.filter(({ table }) => table !== 'runs'),
  );
  const here = await stores.open(file);
  const policy = { olderThan: monthsAgo(2), keepPerSlot: null };
  expect(await store.prune(policy)).toEqual(await here.prune(policy));
  expect(await readAll(place)).toEqual(await readAll(file));
});

test('a month that is read for long stays, and others may read and write', async () => {
  const { place, store } = await openMonths();
  const before = await readAll(place);
  const reader = connectTo(place);
  await reader.snapshot(async (tables) => {
    await sql`select count(*) from results`.execute(tables);
    const failed = expect(store.prune({ olderThan: monthsAgo(2), keepPerSlot: null })).rejects.toThrow(
      'is being read for long, such as by a dump or a copy, so a month cannot be deleted',
    );
    let longest = 0;
    const other = await stores.open(place);
    for (let time = 0; time < 40; time++) {
      await sleep(50);
      const begun = performance.now();
      expect(await other.listHistory('a', 9)).toHaveLength(4);
      longest = Math.max(longest, performance.now() - begun);
    }
    expect(longest).toBeLessThan(2_000);
    await failed;
    await other.noteRun('written', new Date());
  });
  expect((await readAll(place)).filter(({ table }) => table !== 'runs')).toEqual(
    before.filter(({ table }) => table !== 'runs'),
  );
}, 60_000);

test.each(['a look that is stored', 'a client that is forgotten', 'a client with another id'])(
  '%s in a month while it is worked out what of it goes is not lost, nor missed',
  async (what) => {
    const { place, store, file } = await openMonths();
    const here = await stores.open(file);
    const [month, later] = [monthsAgo(3), new Date(monthsAgo(3).getTime() + DAY)];
    const disturb = async (one: Store) => {
      if (what === 'a client that is forgotten') return one.forgetClient('a');
      if (what === 'a client with another id') return one.renameClient('a', 'b');
      const { id } = await beginSweep(one, [], month);
      for (const [client, slot] of [
        ['a', '203.0.113.7'],
        ['new', '203.0.113.8'],
      ] as const) {
        const look = { sweepId: id, client: createClient(client), slot, report: reportAt(slot, later), final: true };
        await one.write((tx) => tx.addResult(look));
      }
    };
    const connection = connectTo(place);
    let reads = 0;
    const months = new PrunedMonths((work) =>
      work({
        path: place.schema,
        write: (one) => connection.transact(one),
        read: async (one) => {
          const result = await connection.transact(one);
          // The first lists the months.
          if (++reads === 2) await disturb(store);
          return result;
        },
      }),
    );
    await disturb(here);
    await months.prune(monthsAgo(2));
    const policy = { olderThan: monthsAgo(2), keepPerSlot: null };
    await store.prune(policy);
    await here.prune(policy);
    expect(reads).toBeGreaterThanOrEqual(2);
    const withoutTimes = (tables: readonly TableDigest[]) =>
      // When a client was forgotten, and its hash after it, differ.
      tables.filter(({ table }) => !['chain_register', 'chains', 'sweeps', 'runs'].includes(table));
    expect(withoutTimes(await readAll(place))).toEqual(withoutTimes(await readAll(file)));
    expect(await findTrouble(store)).toEqual([]);
    expect(listTables(place)).not.toContain(`results_${nameOf(month)}`);
  },
);
