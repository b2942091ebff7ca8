import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, test } from '@jest/globals';
import { sql } from 'kysely';
import type { StoreConnection } from '../../../src/fleet/store/connection.js';
import { copyStore } from '../../../src/fleet/store/copy-store.js';
import { connect, openStore } from '../../../src/fleet/store/open-store.js';
import { PostgresConnection } from '../../../src/fleet/store/postgres/postgres-connection.js';
import { SqliteConnection } from '../../../src/fleet/store/sqlite-connection.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { StoreWriter } from '../../../src/fleet/store/store-writer.js';
import type { Owner, Sweep } from '../../../src/fleet/store/sweeps.js';
import type { Client } from '../../../src/model/client.js';
import type { ServerPlace, StorePlace } from '../../../src/model/store-place.js';
import type { Report } from '../../../src/model/report.js';
import { cleanReport } from '../../reports/sample-reports.js';

export const NOW = new Date('2026-11-22T12:00:00.000Z');
export const HERE: Owner = { host: hostname(), pid: process.pid };
export const INVENTORY = '/srv/clients.yaml';

/** NOW, moved by days. */
export function daysLater(days: number): Date {
  return new Date(NOW.getTime() + days * 86_400_000);
}

export function createClient(id: string, change: Partial<Client> = {}): Client {
  return {
    ...{ id, name: `Client ${id}`, addresses: ['203.0.113.20'], network: [], profile: 'closed', services: {} },
    ...{ sources: {}, source: null, group: null, schedule: null, timeZone: 'UTC', authorization: null },
    ...{ contacts: [], tags: [], paused: false, notes: '' },
    ...change,
  };
}

/** A look at an address. */
export function reportAt(address: string, at: Date = NOW, change: Partial<Report> = {}): Report {
  const target = {
    input: address,
    address,
    name: null,
    resolvedAt: null,
    scope: 'documentation' as const,
    problem: null,
  };
  return { ...cleanReport, target, startedAt: at.toISOString(), ...change };
}

/** What tells a report from others: the name of its profile. */
export function named(name: string): Partial<Report> {
  return { profile: { ...cleanReport.profile, name } };
}

/**
 * Where the suite keeps its stores: in files; or on a PostgreSQL server, where this names one as ADDRESS:PORT, on which
 * the superuser postgres needs no password. test/lab/postgres.test.ts does so.
 */
const SERVER = process.env['TEST_STORE_SERVER'];

/** Whether stores are on a server. */
export const onServer = SERVER !== undefined;

/** Tests of what files alone have. */
export const testFiles = onServer ? test.skip : test;

/** Stores of a test file's own, that are closed after each test, and a directory for them. */
export function createStores() {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
  const stores = new Map<Store, StorePlace>();
  const newPath = () => join(directory, `${++count}`, 'store.sqlite');
  const schemas: ServerPlace[] = [];
  const newPlace = (): StorePlace => {
    if (SERVER === undefined) return newPath();
    schemas.push(newSchema(SERVER));
    return schemas.at(-1)!;
  };
  let count = 0;
  afterEach(async () => {
    const opened = [...stores.keys()];
    stores.clear();
    await Promise.all(opened.map((store) => store.close()));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await dropSchemas(schemas);
  });
  return {
    directory,
    newPath,
    newPlace,
    async open(place = newPlace()): Promise<Store> {
      const store = await openStore(place);
      stores.set(store, place);
      return store;
    },
    /** Where a store is; that of one which was opened in another way is in a file. */
    placeOf: (store: Store): StorePlace => stores.get(store) ?? store.path,
    /** Opens a copy of a store that is closed. */
    async openCopy(place: StorePlace): Promise<Store> {
      const copy = newPlace();
      if (typeof place === 'string' && typeof copy === 'string') {
        mkdirSync(dirname(copy), { recursive: true });
        copyFileSync(place, copy);
      } else {
        const [from, to] = [await connect(place), await connect(copy)];
        await copyStore(from, to, () => undefined);
        await Promise.all([from.close(), to.close()]);
      }
      return this.open(copy);
    },
  };
}

function newSchema(server: string): ServerPlace {
  const [host = '', port] = server.split(':');
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  return {
    ...{ host, port: Number(port), user: 'postgres', database: 'postgres', schema },
    ...{ findPassword: () => Promise.resolve(null), readTls: null },
  };
}

async function dropSchemas(places: readonly ServerPlace[]): Promise<void> {
  if (places.length === 0) return;
  const { tables } = new PostgresConnection(places[0]!);
  for (const { schema } of places) await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tables);
  await tables.destroy();
}

/** Connects to a place behind the store's back. */
export function connectTo(place: StorePlace): StoreConnection {
  return typeof place === 'string' ? new SqliteConnection(place) : new PostgresConnection(place);
}

/** Changes a store behind its back, as if nothing forbade it: references need not be right. */
export async function alterStore(place: StorePlace, statements: string): Promise<void> {
  const connection = connectTo(place);
  try {
    if (connection instanceof SqliteConnection) connection.execute(`pragma foreign_keys = off; ${statements}`);
    else await sql.raw(`${DROP_REFERENCES}; ${statements.replace(/(?<!')\bx'/g, `'\\x`)}`).execute(connection.tables);
  } finally {
    await connection.close();
  }
}

const DROP_REFERENCES = `
  do $$ declare found record; begin
    for found in select conname, conrelid::regclass as name from pg_constraint
      where contype = 'f' and conparentid = 0 and connamespace = current_schema::regnamespace
    loop execute format('alter table %s drop constraint %I', found.name, found.conname); end loop;
  end $$
`;

/** Begins a sweep of clients, by their ids. */
export function beginSweep(store: Store, ids: readonly string[], startedAt: Date = NOW): Promise<Sweep> {
  const plan = { inventory: INVENTORY, filter: {}, owner: HERE, startedAt };
  return store.beginSweep(
    plan,
    ids.map((id) => createClient(id)),
  );
}

/** Stores a final look at a client's address, and the state that follows from it. */
export function storeLook(store: Store, sweepId: number, id: string, report: Report): Promise<number | null> {
  return store.write(async (writer: StoreWriter) => {
    const slot = report.target.address ?? 'none';
    const resultId = await writer.addResult({ sweepId, client: createClient(id), slot, report, final: true });
    const { verdict } = report;
    const state = { address: report.target.address, verdict, issues: {}, identities: {} };
    if (resultId !== null) await writer.putState(id, slot, state, { resultId, at: report.startedAt });
    await writer.finishClient(sweepId, id);
    return resultId;
  });
}

/** All that an iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
