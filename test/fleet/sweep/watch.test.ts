import { expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import type { AlertConfig } from '../../../src/fleet/alerts/alert-config.js';
import type { Store } from '../../../src/fleet/store/store.js';
import { beginSweep, type SweepOptions } from '../../../src/fleet/sweep/sweep.js';
import { findDue, listSchedules, watch, type WatchedFiles, type WatchOptions } from '../../../src/fleet/sweep/watch.js';
import type { Client } from '../../../src/model/client.js';
import { createClient, createStore } from './scene.js';

const at = (n: number): string => `127.0.45.${n}`;
const HOURLY = { schedule: '0 * * * *', group: 'north' };

const OPERATOR: AlertConfig = { file: 'alerts.yaml', channels: new Map(), routes: [], operator: { to: ['mail'] } };

const figures: WatchOptions['figures'] = {
  confirmAfterMs: 0,
  allowSpecial: true,
  canaries: false,
  timing: 'fast',
  timeoutMs: 300,
};

interface Watched {
  readonly lines: string[];
  readonly swept: string[];
  readonly until: (done: () => boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
  beats: number;
}

/** Starts a watch over files that the test gives; it looks at them every 20 ms. */
function startWatch(store: Store, files: { current: () => WatchedFiles; changed?: () => boolean }): Watched {
  const abort = new AbortController();
  const watched: Watched = {
    lines: [],
    swept: [],
    beats: 0,
    until: async (done) => {
      for (let tries = 0; tries < 400 && !done(); tries++) await wait(20);
      if (!done()) throw new Error(watched.lines.join('\n'));
    },
    stop: async () => {
      abort.abort();
      await running;
    },
  };
  const running = watch({
    store,
    figures,
    load: () => Promise.resolve().then(files.current),
    changed: () => Promise.resolve(files.changed?.() ?? false),
    jitterMs: 0,
    tickMs: 20,
    signal: abort.signal,
    view: {
      note: (line) => watched.lines.push(line),
      result: (sweepId, { client }) => watched.swept.push(`${sweepId} ${client.id}`),
      delivery: () => {},
      alive: () => watched.beats++,
    },
  });
  return watched;
}

const filesOf = (clients: readonly Client[], alerts: AlertConfig | null = null): WatchedFiles => ({
  inventory: '/clients.yaml',
  clients,
  alerts,
});

async function keyOf(client: Client): Promise<string> {
  return (await listSchedules([client]))[0]!.key;
}

const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

test('catches up once with what was missed while nothing ran, and sweeps only whose time has come', async () => {
  const store = await createStore();
  const due = createClient('due', at(1), HOURLY);
  const other = createClient('other', at(2), { ...HOURLY, group: 'south' });
  await store.noteRun(await keyOf(due), hoursAgo(5));
  const watched = startWatch(store, { current: () => filesOf([due, other, createClient('hand', at(3))]) });
  await watched.until(() => watched.swept.length > 0);
  await wait(200);
  await watched.stop();
  expect(watched.swept).toEqual(['1 due']);
  expect(watched.lines.at(-1)).toBe('stopped');
  expect(watched.beats).toBeGreaterThan(0);
  expect((await store.lastRun(await keyOf(due)))!.getTime()).toBeGreaterThan(Date.now() - 60_000);
});

test('goes on with a sweep that was cut off before', async () => {
  const store = await createStore();
  const clients = [createClient('a', at(4)), createClient('b', at(5))];
  const options: SweepOptions = { ...figures, store, inventory: '/clients.yaml', clients, alerts: null };
  const { sweep } = await beginSweep(options);
  await store.finishSweep(sweep.id, 'interrupted', new Date());
  const watched = startWatch(store, { current: () => filesOf(clients) });
  await watched.until(() => watched.swept.length === 2);
  await watched.stop();
  expect([...watched.swept].sort()).toEqual(['1 a', '1 b']);
});

test('a run that cannot be noted is not begun again before its next time', async () => {
  const store = await createStore();
  const client = createClient('due', at(10), HOURLY);
  await store.noteRun(await keyOf(client), hoursAgo(5));
  store.noteRun = () => Promise.reject(new Error('the disk is full'));
  const watched = startWatch(store, { current: () => filesOf([client]) });
  const tries = (): number => watched.lines.filter((line) => line.startsWith('A sweep failed')).length;
  await watched.until(() => tries() > 0);
  const { beats } = watched;
  await wait(200);
  await watched.stop();
  expect(tries()).toBe(1);
  expect(watched.beats).toBe(beats);
});

test('takes up files that changed, and keeps the old ones where the new are not valid', async () => {
  const store = await createStore();
  const old = createClient('old', at(6), HOURLY);
  const added = createClient('new', at(7), { ...HOURLY, group: 'south' });
  await store.noteRun(await keyOf(added), hoursAgo(5));
  let current = (): WatchedFiles => filesOf([old], OPERATOR);
  let changed = false;
  const files = {
    current: () => current(),
    changed: () => {
      const now = changed;
      changed = false;
      return now;
    },
  };
  const watched = startWatch(store, files);
  await watched.until(() => watched.lines.length > 0);
  current = () => {
    throw new Error('clients.yaml:3:1: unknown key');
  };
  changed = true;
  await watched.until(() => watched.lines.some((line) => line.includes('unknown key')));
  await expectTold(store);
  current = () => filesOf([old, added], OPERATOR);
  changed = true;
  await watched.until(() => watched.swept.length > 0);
  await watched.stop();
  expect(watched.swept).toEqual(['1 new']);
});

/** The operator's channel is not configured here, so that the message is given up. */
async function expectTold(store: Store): Promise<void> {
  for (let tries = 0; tries < 100 && (await store.countMessages()).failed === 0; tries++) await wait(20);
  expect(await store.countMessages()).toEqual({ waiting: 0, held: 0, failed: 1 });
}

test('tells the operator of a client that cannot be looked at, sweeps the others, and lets the heartbeat stop', async () => {
  const store = await createStore();
  const bad = createClient('bad', at(8), { ...HOURLY, profile: '/nowhere/profile.yaml' });
  await store.noteRun(await keyOf(bad), hoursAgo(2));
  const watched = startWatch(store, { current: () => filesOf([bad, createClient('good', at(9), HOURLY)], OPERATOR) });
  await watched.until(() => watched.lines.some((line) => line.startsWith('bad could not be checked')));
  await expectTold(store);
  const { beats } = watched;
  await wait(100);
  await watched.stop();
  expect(watched.swept).toEqual(['1 good']);
  expect(watched.beats).toBe(beats);
});

test('a schedule is due in its own time zone, across the change of clocks', () => {
  const daily = { key: 'k', group: null, cron: '30 3 * * *', timeZone: 'Europe/Berlin', clients: 1 };
  const due = (last: string) => findDue(daily, new Date(last), new Date('2026-11-22T00:00:00Z'))?.toISOString();
  expect(due('2026-03-28T02:30:00Z')).toBe('2026-03-29T01:30:00.000Z');
  expect(due('2026-10-24T01:30:00Z')).toBe('2026-10-25T02:30:00.000Z');
  expect(findDue(daily, null, new Date('2026-11-22T00:00:00Z'))?.toISOString()).toBe('2026-11-22T02:30:00.000Z');
});
