import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from '@jest/globals';
import { openStore } from '../../../src/fleet/store/open-store.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { StoreWriter } from '../../../src/fleet/store/store-writer.js';
import type { Owner, Sweep } from '../../../src/fleet/store/sweeps.js';
import type { Client } from '../../../src/model/client.js';
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

/** A directory of the test file's own, and stores in it that are closed after each test. */
export function createStores() {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
  const stores: Store[] = [];
  let count = 0;
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  return {
    directory,
    newPath: () => join(directory, `${++count}`, 'store.sqlite'),
    async open(path = join(directory, `${++count}`, 'store.sqlite')): Promise<Store> {
      const store = await openStore(path);
      stores.push(store);
      return store;
    },
  };
}

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
