import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { openStore } from '../../../src/fleet/store/open-store.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { Client } from '../../../src/model/client.js';
import {
  beginSweep,
  resumeSweep,
  runSweep,
  type SweepEnd,
  type SweepOptions,
  type SweepResult,
} from '../../../src/fleet/sweep/sweep.js';

const stores: Store[] = [];
const directories: string[] = [];

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** A directory that ends with the test. */
export function createDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-sweep-'));
  directories.push(directory);
  return directory;
}

/** A store that ends with the test. */
export async function createStore(path = join(createDirectory(), 'store.sqlite')): Promise<Store> {
  const store = await openStore(path);
  stores.push(store);
  return store;
}

/** A client at one address, with an authorisation. */
export function createClient(id: string, address: string, given: Partial<Client> = {}): Client {
  return {
    id,
    name: `Client ${id}`,
    addresses: [address],
    network: [],
    profile: 'closed',
    services: {},
    sources: {},
    source: null,
    group: null,
    schedule: null,
    timeZone: 'UTC',
    authorization: { by: 'Ann Owner', reference: 'contract 7', until: null },
    contacts: [],
    tags: [],
    paused: false,
    notes: '',
    ...given,
  };
}

/** What a sweep gave. */
export interface Swept {
  readonly sweepId: number;
  readonly results: readonly SweepResult[];
  readonly end: SweepEnd;
  readonly skipped: readonly string[];
}

/** Runs a sweep over loopback addresses to its end, without second looks unless asked for. */
export async function sweepAll(
  options: Partial<SweepOptions> & Pick<SweepOptions, 'store' | 'clients'>,
): Promise<Swept> {
  const all: SweepOptions = {
    inventory: '/inventory.yaml',
    confirmAfterMs: 0,
    alerts: null,
    allowSpecial: true,
    canaries: false,
    timing: 'fast',
    timeoutMs: 1_000,
    ...options,
  };
  const prepared = await beginSweep(all);
  return runAll(prepared, all);
}

/** Goes on with an unfinished sweep; null where there is none. */
export async function resumeAll(options: SweepOptions): Promise<Swept | null> {
  const prepared = await resumeSweep(options);
  return prepared && runAll(prepared, options);
}

async function runAll(prepared: Awaited<ReturnType<typeof beginSweep>>, options: SweepOptions): Promise<Swept> {
  const results: SweepResult[] = [];
  let end: SweepEnd | null = null;
  for await (const result of runSweep(prepared, options, (ended) => (end = ended))) results.push(result);
  if (!end) throw new Error('the sweep did not tell its end');
  return { sweepId: prepared.sweep.id, results, end, skipped: prepared.skipped.map(({ client }) => client.id) };
}

/** The changes of a sweep as `client kind`, in order. */
export function changesOf({ results }: Swept): string[] {
  return results.flatMap(({ client, changes }) => changes.map(({ kind }) => `${client.id} ${kind}`)).sort();
}
