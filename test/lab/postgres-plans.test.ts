import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { Store } from '../../src/fleet/store/store.js';
import type { ServerPlace } from '../../src/model/store-place.js';
import { beginSweep, collect, createClient, named, reportAt, storeLook } from '../fleet/store/store-fixtures.js';
import { fillHistory } from './large-history.js';
import { createPostgres, type PostgresServer } from './postgres-server.js';

/*
 * How a server does what the store has it do in a large history, as it tells itself (auto_explain): each statement, those
 * of triggers and of references among them, planned both for its values and for any.
 */

const DAY = 86_400_000;
const SIZE = { clients: 1_500, days: 300, changes: 20 };
/** A table of so many rows is large. */
const LARGE = 1_000;
/** More than it takes for the server to plan for any values. */
const OFTEN = 8;
const ADDRESS = '203.0.113.9';

let server: PostgresServer;
let store: Store;
let large: ReadonlySet<string>;

beforeAll(async () => {
  const explained = ['log_min_duration = 0', 'log_analyze = on', 'log_format = json', 'log_nested_statements = on'];
  server = await createPostgres(undefined, [
    `session_preload_libraries = 'auto_explain'`,
    ...explained.map((line) => `auto_explain.${line}`),
    'autovacuum = off',
  ]);
  const place: ServerPlace = {
    ...{ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres', schema: 'large' },
    ...{ findPassword: () => Promise.resolve(null), readTls: null },
  };
  store = await openStore(place);
  const { id } = await beginSweep(store, ['a'], daysAgo(SIZE.days));
  await storeLook(store, id, 'a', reportAt(ADDRESS, daysAgo(SIZE.days)));
  server.query(`set auto_explain.log_min_duration = -1; ${fillHistory('large', SIZE)}`);
  const names = server.query(`
    select relname from pg_class
    where relnamespace = 'large'::regnamespace and relkind = 'r' and reltuples >= ${LARGE}
  `);
  large = new Set(names.trim().split('\n'));
}, 120_000);
afterAll(async () => {
  await store.close();
  server.remove();
});

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * DAY);
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Node[];
}
interface Scans {
  /** Tables that were read from end to end although they are large, with the statements. */
  readonly whole: readonly string[];
  /** Large tables that were read in another way. */
  readonly some: ReadonlySet<string>;
  readonly statements: number;
}

/** How the server did all that some work had it do. */
async function explain(work: () => Promise<unknown>): Promise<Scans> {
  const log = () => readFileSync(join(server.directory, 'log'), 'utf8');
  const before = log().length;
  for (let time = 0; time < OFTEN; time++) await work();
  const plans = [
    ...log()
      .slice(before)
      .matchAll(/ plan:\n((?:\t.*\n)+)/g),
  ].map(([, text]) => JSON.parse(text!) as { readonly 'Query Text': string; readonly Plan: Node });
  const scans = plans.flatMap(({ 'Query Text': query, Plan }) =>
    listNodes(Plan)
      .filter((node) => large.has(node['Relation Name'] ?? '') && node['Actual Loops'] > 0)
      .map((node) => ({ query, table: node['Relation Name']!, isWhole: node['Node Type'] === 'Seq Scan' })),
  );
  return {
    whole: scans.filter(({ isWhole }) => isWhole).map(({ query, table }) => `${table}: ${query}`),
    some: new Set(scans.filter(({ isWhole }) => !isWhole).map(({ table }) => table)),
    statements: plans.length,
  };
}

function listNodes(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(listNodes)];
}

/** The month of a time, as tables have it in their names. */
function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7).replace('-', '_');
}

test('the history that is read is large, and what reads all of it is noticed', async () => {
  for (const days of [0, 60, 120]) {
    expect(large).toContain(`results_${monthOf(daysAgo(SIZE.days - 10 - days))}`);
    expect(large).toContain(`changes_${monthOf(daysAgo(SIZE.days - 40 - days))}`);
  }
  for (const table of ['slots', 'clients', 'reports']) expect(large).toContain(table);
  expect((await explain(() => store.measure())).whole).not.toEqual([]);
});

test.each<[string, (store: Store) => Promise<unknown>]>([
  ['the looks at a client', (store) => store.listHistory('c7', 20)],
  ['the newest looks of all', (store) => store.listNewest(20)],
  ['the newest report of each slot of a client', (store) => store.readReports('c7', null)],
  ['the changes of a client', (store) => store.listChanges({ clientId: 'c7', limit: 20 })],
  ['what a sweep came to', (store) => store.tallySweep(1_100)],
  ['whether anything is new', (store) => store.readPulse()],
])('%s: nothing large is read from end to end', async (_what, work) => {
  const { whole, statements } = await explain(() => work(store));
  expect(whole).toEqual([]);
  expect(statements).toBeGreaterThanOrEqual(OFTEN);
});

test('the changes of a time are read from its month alone', async () => {
  const [since, until] = [daysAgo(101), daysAgo(100)];
  const { whole, some } = await explain(() => collect(store.readChanges({ since, until })));
  // What they have in common with clients may be read as the server likes.
  expect(whole.filter((line) => /^(?:changes|results)/.test(line))).toEqual([]);
  const months = [monthOf(since), monthOf(until)].map((month) => `changes_${month}`);
  expect(months).toEqual(expect.arrayContaining([...some].filter((table) => /^(?:changes|results)/.test(table))));
  expect(some).toContain(months[0]);
});

test('how a client stood at a time is not looked for in later months', async () => {
  const at = daysAgo(200);
  const before = server.query(`select count(*) from large.results where at > ${at.getTime()}`);
  expect(Number(before)).toBeGreaterThan(100_000);
  expect((await explain(() => store.readReports('c7', at))).whole).toEqual([]);
});

test('a look is stored, with its changes and what triggers keep, and nothing large is read from end to end', async () => {
  const slot = ADDRESS;
  const { whole, some, statements } = await explain(async () => {
    const { id: sweepId } = await beginSweep(store, ['c7']);
    const result = {
      sweepId,
      client: createClient('c7'),
      slot,
      report: reportAt(slot, new Date(), named(`${sweepId}`)),
    };
    // A look that is confirmed by another one.
    await store.write((writer) => writer.addResult({ ...result, final: false }));
    await storeLook(store, sweepId, 'c7', reportAt(slot, new Date()));
    await store.write((writer) => writer.listRecentChanges('c7', slot, daysAgo(1)));
  });
  expect(whole).toEqual([]);
  expect(some).toContain('slots');
  // Of a look there are those of triggers and references among them.
  expect(statements).toBeGreaterThan(OFTEN * 20);
});
