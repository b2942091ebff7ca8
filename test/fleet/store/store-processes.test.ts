import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { MIGRATIONS } from '../../../src/fleet/store/migrate.js';
import type { StorePlace } from '../../../src/model/store-place.js';
import { beginSweep, collect, connectTo, createStores, NOW, onServer, reportAt, testFiles } from './store-fixtures.js';

const PROCESS = fileURLToPath(new URL('../../../.processes/store-process.js', import.meta.url));
const stores = createStores();

interface Ran {
  /** The clients whose transactions had ended. */
  readonly done: readonly string[];
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs a process that writes; it can be killed before its end, and a run that hangs does not outlive its test. */
function startProcess(place: StorePlace, sweepId: number, prefix: string, count: number) {
  const report = JSON.stringify(reportAt('203.0.113.9'));
  const args = [PROCESS, JSON.stringify(place), String(sweepId), prefix, String(count), report];
  const child = spawn(process.execPath, args, { timeout: 18_000, killSignal: 'SIGKILL' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ran>((resolve) => {
    // A line that was cut off was not told.
    child.once('close', (code) => resolve({ done: stdout.split('\n').slice(0, -1), code, stderr }));
  });
  const begun = new Promise((resolve) => child.stdout.once('data', resolve));
  return { ended, begun, kill: () => child.kill('SIGKILL') };
}

/** Has another connection begin a transaction, and keep it until it is told to end it. */
async function holdWriting(place: StorePlace): Promise<{ end: () => Promise<void> }> {
  const other = connectTo(place);
  let [end, tellBegun] = [(): void => undefined, (): void => undefined];
  const ended = new Promise<void>((resolve) => (end = resolve));
  const begun = new Promise<void>((resolve) => (tellBegun = resolve));
  const held = other.transact(() => {
    tellBegun();
    return ended;
  });
  await begun;
  return {
    async end() {
      end();
      await held;
      await other.close();
    },
  };
}

test('four processes may create a store at once', async () => {
  const place = stores.newPlace();
  const ran = await Promise.all(['a', 'b', 'c', 'd'].map((prefix) => startProcess(place, 1, prefix, 0).ended));
  expect(ran.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(4).fill({ code: 0, stderr: '' }));
  const store = await stores.open(place);
  expect((await store.info()).version).toBe(MIGRATIONS.length);
  expect([...(await store.check()), ...(await store.checkChains())]).toEqual([]);
});

test('two processes write at once, and lose nothing', async () => {
  const place = stores.newPlace();
  const store = await stores.open(place);
  const count = onServer ? 50 : 200;
  const ids = ['a', 'b'].flatMap((prefix) => Array.from({ length: count }, (_, index) => `${prefix}${index}`));
  const { id } = await beginSweep(store, ids);
  const writers = ['a', 'b'].map((prefix) => startProcess(place, id, prefix, count));
  const ran = await Promise.all(writers.map(({ ended }) => ended));
  expect(ran.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(2).fill({ code: 0, stderr: '' }));
  expect(await store.getSweep(id)).toMatchObject({ clients: 2 * count, remaining: 0 });
  const reports = await collect(store.readSweepReports(id));
  expect(new Set(reports.map(({ clientId }) => clientId))).toEqual(new Set(ids));
  expect((await store.info()).counts).toMatchObject({ results: 2 * count, reports: count, messages: 2 * count });
  expect([...(await store.check()), ...(await store.checkChains())]).toEqual([]);
});

test('a process that waits for another to write does not stand still', async () => {
  const place = stores.newPlace();
  const store = await stores.open(place);
  const other = await holdWriting(place);
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  const written = store.noteRun('g', NOW);
  // Who stood still would never come here: only this process can end what it waits for.
  while (turns <= 10) await sleep(5);
  await other.end();
  await written;
  clearInterval(timer);
  expect(await store.lastRun('g')).toEqual(NOW);
});

test('what a killed process was told to be stored is stored, whole, and nothing by halves', async () => {
  const place = stores.newPlace();
  const store = await stores.open(place);
  const runs = Array.from({ length: onServer ? 3 : 10 }, (_, run) => `r${run}-`);
  const count = 500;
  const ids = runs.flatMap((prefix) => Array.from({ length: count }, (_, index) => `${prefix}${index}`));
  const { id } = await beginSweep(store, ids);
  const done: string[] = [];
  for (const prefix of runs) {
    const writer = startProcess(place, id, prefix, count);
    await writer.begun;
    await sleep(Math.random() * (onServer ? 200 : 60));
    writer.kill();
    const ran = await writer.ended;
    expect(ran.stderr).toBe('');
    done.push(...ran.done);
  }
  const stored = new Set((await collect(store.readSweepReports(id))).map(({ clientId }) => clientId));
  const states = new Set((await collect(store.readClientStates())).map(({ client }) => client.id));
  const left = new Set((await store.nextWork(id, 0, ids.length)).map(({ client }) => client.id));
  const messages = new Set((await store.messages.claimMessages(NOW, ids.length, 0)).map(({ key }) => key));
  expect(done.length).toBeGreaterThan(runs.length);
  expect(done.filter((client) => !stored.has(client))).toEqual([]);
  // Each transaction is there as a whole, or not at all.
  expect(ids.filter((client) => stored.has(client) === left.has(client))).toEqual([]);
  expect(states).toEqual(stored);
  expect(messages).toEqual(stored);
  expect([...(await store.check()), ...(await store.checkChains())]).toEqual([]);
}, 40_000);

test('what is read does not wait for a write that another process keeps waiting', async () => {
  const place = stores.newPlace();
  const store = await stores.open(place);
  const other = await holdWriting(place);
  let written = false;
  const write = store.noteRun('a', NOW).then(() => (written = true));
  for (let read = 0; read < 3; read++) expect(await store.lastRun('a')).toBeNull();
  expect(written).toBe(false);
  await other.end();
  await write;
  expect(await store.lastRun('a')).toEqual(NOW);
});

testFiles('nothing is written once another file is in the place of the one that was opened', async () => {
  const path = stores.newPath();
  const store = await stores.open(path);
  await store.noteRun('a', NOW);
  renameSync(path, `${path}.old`);
  await expect(store.noteRun('b', NOW)).rejects.toThrow('moved, deleted or replaced');
  writeFileSync(path, '');
  await expect(store.noteRun('b', NOW)).rejects.toThrow('moved, deleted or replaced');
  renameSync(`${path}.old`, path);
  await store.noteRun('b', NOW);
  expect(await store.lastRun('b')).toEqual(NOW);
});
