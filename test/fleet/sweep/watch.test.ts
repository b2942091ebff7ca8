import { afterEach, expect, jest, test } from '@jest/globals';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { AlertConfig } from '../../../src/fleet/alerts/alert-config.js';
import { StoreError } from '../../../src/fleet/store/store-error.js';
import type { Store } from '../../../src/fleet/store/store.js';
import { openPatiently } from '../../../src/fleet/sweep/open-patiently.js';
import { beginSweep, type SweepOptions } from '../../../src/fleet/sweep/sweep.js';
import { ScheduleClock } from '../../../src/fleet/sweep/schedule-clock.js';
import { findDue, listSchedules, runKey } from '../../../src/fleet/sweep/schedules.js';
import { watch } from '../../../src/fleet/sweep/watch.js';
import type { WatchOptions } from '../../../src/fleet/sweep/watch-options.js';
import type { WatchedFiles } from '../../../src/fleet/sweep/watched-files.js';
import type { Client } from '../../../src/model/client.js';
import { type HttpSink, openHttpSink } from '../alerts/http-sink.js';
import { drawNothing, operatorEvent, settingsFor } from '../alerts/samples.js';
import { createClient, createStore } from './scene.js';

const at = (n: number): string => `127.0.45.${n}`;
const HOURLY = { schedule: '0 * * * *', group: 'north' };

const OPERATOR: AlertConfig = {
  file: 'alerts.yaml',
  channels: new Map(),
  routes: [],
  operator: { to: ['mail'] },
  reports: new Map(),
};

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
  /** Whose turn it was, as told. */
  readonly turns: boolean[];
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
    turns: [],
    beats: 0,
    until: async (done) => {
      for (let tries = 0; tries < 2_000 && !done(); tries++) await wait(20);
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
    draw: drawNothing,
    onTurn: ({ isOurs }) => void watched.turns.push(isOurs),
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
  everyone: clients,
  chosen: '',
  alerts,
});

async function keyOf(client: Client): Promise<string> {
  return runKey((await listSchedules([client]))[0]!, filesOf([client]));
}

const SOMEONE = {
  token: 'someone',
  inventory: '/clients.yaml',
  chosen: '',
  owner: { host: hostname(), pid: process.pid },
};

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

test('sweeps no schedule twice where two run on one store, and takes over from the other', async () => {
  const store = await createStore();
  const client = createClient('shared', at(40), HOURLY);
  const key = await keyOf(client);
  await store.noteRun(key, hoursAgo(5));
  const first = startWatch(store, { current: () => filesOf([client]) });
  const second = startWatch(store, { current: () => filesOf([client]) });
  const other = startWatch(store, { current: () => ({ ...filesOf([]), chosen: 'other' }) });
  const both = (): string[] => [...first.lines, ...second.lines];
  await second.until(() => first.swept.length + second.swept.length > 0);
  await other.until(() => other.lines.some((line) => /clients that both have/.test(line)));
  await second.until(() => both().some((line) => /runs these schedules on this store already/.test(line)));
  await wait(300);
  expect([...first.swept, ...second.swept]).toEqual(['1 shared']);
  const [active, standby] = first.swept.length > 0 ? [first, second] : [second, first];
  expect(active.lines.join('\n')).not.toMatch(/already/);
  expect([active.turns.includes(false), standby.turns.includes(true)]).toEqual([false, false]);
  await active.stop();
  await store.noteRun(key, hoursAgo(5));
  await standby.until(() => standby.swept.length > 0);
  expect(standby.lines.join('\n')).toMatch(/already: [^]*this one runs the schedules now/);
  expect([standby.turns[0], standby.turns.at(-1)]).toEqual([false, true]);
  await standby.stop();
  await other.stop();
  expect(await store.schedulers.listOthers(SOMEONE, new Date())).toEqual([]);
});

test('waits for a process on another machine until it has been silent for a minute', async () => {
  const store = await createStore();
  const elsewhere = { ...SOMEONE, token: 'elsewhere', owner: { host: 'elsewhere', pid: 1 } };
  expect(await store.schedulers.claim(elsewhere, new Date(Date.now() - 50_000))).toBeNull();
  expect(await store.schedulers.claim(SOMEONE, new Date())).toEqual(elsewhere);
  expect(await store.schedulers.claim(SOMEONE, new Date(Date.now() + 20_000))).toBeNull();
  expect(await store.schedulers.claim(elsewhere, new Date(Date.now() + 20_000))).toEqual(SOMEONE);
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
  store.schedulers.beginRun = () => Promise.reject(new Error('the disk is full'));
  const watched = startWatch(store, { current: () => filesOf([client]) });
  const tries = (): number => watched.lines.filter((line) => line.startsWith('A sweep failed')).length;
  await watched.until(() => tries() > 0);
  const { beats } = watched;
  await wait(200);
  await watched.stop();
  expect(tries()).toBe(1);
  expect(watched.beats).toBe(beats);
});

const FULL = 'store.sqlite cannot grow: the disk is full';

/** A store that can be read, and whose every write fails until `room` is there. */
async function createFullStore(prepare: (store: Store) => Promise<void>) {
  const store = await createStore();
  await prepare(store);
  const disk = { room: false, tries: 0 };
  const fail = <K extends string>(target: Readonly<Record<K, unknown>>, names: readonly K[]): void => {
    const methods = target as Record<K, (...given: unknown[]) => Promise<unknown>>;
    for (const name of names) {
      const whole = methods[name].bind(target);
      methods[name] = (...given) => {
        if (disk.room) return whole(...given);
        disk.tries++;
        return Promise.reject(new StoreError(FULL, { mayPass: true }));
      };
    }
  };
  fail(store, ['write', 'beginSweep', 'noteRun', 'finishSweep', 'beat']);
  fail(store.schedulers, ['beginRun', 'endRun']);
  fail(store.messages, ['claimMessages', 'closeDigest']);
  return { store, disk };
}

/** An operator who hears through a chat on loopback. */
async function openChat(): Promise<{ sink: HttpSink; alerts: AlertConfig; titles: () => string[] }> {
  const sink = await openHttpSink();
  sinks.push(sink);
  const channels = new Map([['chat', settingsFor('slack', sink.url)]]);
  return {
    sink,
    alerts: { file: 'alerts.yaml', channels, routes: [], operator: { to: ['chat'] }, reports: new Map() },
    titles: () => sink.received.map(({ body }) => (JSON.parse(body) as { text: string }).text),
  };
}

const sinks: HttpSink[] = [];
afterEach(() => Promise.all(sinks.splice(0).map((sink) => sink.close())));

test('a full store: the operator is told directly, once, and the log stays short', async () => {
  const { alerts, titles } = await openChat();
  const client = createClient('due', at(11), HOURLY);
  const { store, disk } = await createFullStore(async (empty) => empty.noteRun(await keyOf(client), hoursAgo(5)));
  const watched = startWatch(store, { current: () => filesOf([client], alerts) });
  await watched.until(() => titles().length === 2);
  await wait(500);
  await watched.stop();
  expect(titles().sort()).toEqual(['sallyport: A sweep failed', 'sallyport: Alerts cannot be delivered']);
  expect(watched.lines).toContain(`A sweep failed: ${FULL}`);
  // 25 ticks and more went by; each wait is twice as long as the one before.
  expect(disk.tries).toBeLessThan(25);
  expect(watched.lines.length).toBeLessThan(25);
});

test('once a full store has room, sweeps and alerts go on', async () => {
  const { alerts, titles, sink } = await openChat();
  const client = createClient('due', at(12), HOURLY);
  const queued = { channel: 'chat', digest: false, sweepId: null, event: operatorEvent, at: operatorEvent.at };
  const { store, disk } = await createFullStore((empty) =>
    empty.write((tx) => tx.enqueue({ key: 'waits', ...queued })),
  );
  const watched = startWatch(store, { current: () => filesOf([client], alerts) });
  await watched.until(() => titles().length === 1);
  disk.room = true;
  await watched.until(() => sink.received.length === 2);
  await watched.stop();
  expect(titles()).toEqual(['sallyport: Alerts cannot be delivered', 'sallyport: The vantage is broken']);
});

test('a store that cannot be opened for now is opened later; trouble that stays ends the watch', async () => {
  const { alerts, titles } = await openChat();
  const store = await createStore();
  const lines: string[] = [];
  const { signal } = new AbortController();
  const options = { alerts, note: (line: string) => lines.push(line), signal, leastWaitMs: 5 };
  let tries = 0;
  const open = () => (++tries < 5 ? Promise.reject(new StoreError(FULL, { mayPass: true })) : Promise.resolve(store));
  expect(await openPatiently(open, options)).toBe(store);
  expect(tries).toBe(5);
  expect(titles()).toEqual(['sallyport: The store cannot be opened; nothing is checked']);
  expect(lines).toHaveLength(4);
  const foreign = new StoreError('x is not a store: name another file');
  await expect(openPatiently(() => Promise.reject(foreign), options)).rejects.toBe(foreign);
  const abort = new AbortController();
  const opening = openPatiently(
    () => {
      abort.abort();
      return Promise.reject(new StoreError(FULL, { mayPass: true }));
    },
    { ...options, signal: abort.signal },
  );
  expect(await opening).toBeNull();
});

test('a last run that is still to come counts from now on, and is told', async () => {
  const { alerts, titles } = await openChat();
  const store = await createStore();
  const client = createClient('ahead', at(13), HOURLY);
  await store.noteRun(await keyOf(client), hoursAgo(-24 * 365));
  const watched = startWatch(store, { current: () => filesOf([client], alerts) });
  await watched.until(() => titles().length === 1);
  await watched.stop();
  expect(titles()).toEqual(['sallyport: The clock of this machine was ahead, or is behind now']);
  const due = /the next is due at (\S+)$/.exec(watched.lines.find((line) => line.includes('is due at'))!)![1]!;
  expect(Date.parse(due)).toBeLessThanOrEqual(Date.now() + 3_600_000);
  expect((await store.lastRun(await keyOf(client)))!.getTime()).toBeLessThanOrEqual(Date.now());
});

test('due times of a clock that was ahead are planned again once it is set back', async () => {
  const store = await createStore();
  const client = createClient('ahead', at(14), HOURLY);
  const plans = () => watched.lines.filter((line) => line.includes('is due at')).map((line) => line.slice(-24));
  const doNotFake = ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'] as const;
  const others = ['setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask', 'hrtime'] as const;
  const yearAhead = Date.now() + 365 * 24 * 3_600_000;
  jest.useFakeTimers({ doNotFake: [...doNotFake, ...others], now: yearAhead });
  const watched = startWatch(store, { current: () => filesOf([client]) });
  try {
    await watched.until(() => plans().length === 1);
    await wait(100);
  } finally {
    jest.useRealTimers();
  }
  await watched.until(() => plans().length === 2);
  await watched.stop();
  const [first, second] = plans().map((time) => Date.parse(time));
  expect(first).toBeGreaterThan(yearAhead);
  expect(second).toBeLessThanOrEqual(Date.now() + 3_600_000);
  expect(watched.lines.some((line) => line.startsWith('The clock of this machine was set back'))).toBe(true);
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
  for (let tries = 0; tries < 2_000 && (await store.messages.count()).failed === 0; tries++) await wait(20);
  expect(await store.messages.count()).toEqual({ waiting: 0, held: 0, failed: 1 });
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
  // Where it is not there, or comes twice: at the end of the gap, and the first time.
  const night = { ...daily, cron: '30 2 * * *' };
  const dueAtNight = (last: string) => findDue(night, new Date(last), new Date(last))?.toISOString();
  expect(dueAtNight('2027-03-27T01:30:00Z')).toBe('2027-03-28T01:00:00.000Z');
  expect(dueAtNight('2027-03-28T01:00:00Z')).toBe('2027-03-29T00:30:00.000Z');
  expect(dueAtNight('2027-10-30T00:30:00Z')).toBe('2027-10-31T00:30:00.000Z');
  expect(dueAtNight('2027-10-31T00:30:00Z')).toBe('2027-11-01T01:30:00.000Z');
  expect(findDue(daily, null, new Date('2026-11-22T00:00:00Z'))?.toISOString()).toBe('2026-11-22T02:30:00.000Z');
});

test('a time that could not be begun while the store was away is begun when it is back', async () => {
  const store = await createStore();
  const client = createClient('due', at(15), HOURLY);
  await store.noteRun(await keyOf(client), hoursAgo(1));
  const beginRun = store.schedulers.beginRun.bind(store.schedulers);
  let tries = 0;
  store.schedulers.beginRun = (...given) =>
    ++tries < 3 ? Promise.reject(new StoreError(FULL, { mayPass: true })) : beginRun(...given);
  const watched = startWatch(store, { current: () => filesOf([client]) });
  await watched.until(() => watched.lines.some((line) => line.includes('sweep 1 finished')));
  await watched.stop();
  expect(watched.swept).toEqual(['1 due']);
});

test('a schedule that never ran is due from when it is first known, whoever knew it', async () => {
  const store = await createStore();
  const client = createClient('new', at(16), HOURLY);
  const [schedule] = await listSchedules([client]);
  const planned = async (now: string) => {
    const clock = new ScheduleClock(store, 0);
    await clock.plan(filesOf([client]), new Date(now));
    return clock.describe();
  };
  const due = '1 client on 1 schedule; the next is due at 2026-11-22T10:00:00.000Z';
  expect(await planned('2026-11-22T09:10:00Z')).toBe(due);
  expect(await planned('2026-11-22T10:20:00Z')).toBe(due);
  expect(await store.lastRun(runKey(schedule!, filesOf([client])))).toBeNull();
});

test('a run is begun by whose turn it is, once', async () => {
  const store = await createStore();
  const begin = (turn: string, due: string, at = due) =>
    store.schedulers.beginRun(
      { key: 'k', turn, due: new Date(due) },
      { inventory: '/clients.yaml', filter: {}, owner: SOMEONE.owner, startedAt: new Date(at) },
      ...[[], () => null],
    );
  const other = { ...SOMEONE, token: 'other', owner: { host: 'elsewhere', pid: 1 } };
  await store.schedulers.claim(other, new Date('2026-11-22T09:59:00Z'));
  expect(await begin('other', '2026-11-22T10:00:00Z', '2026-11-22T10:00:30Z')).toMatchObject({ id: 1 });
  expect(await begin('other', '2026-11-22T10:00:00Z')).toBeNull();
  await store.schedulers.claim(SOMEONE, new Date('2026-11-22T10:01:00Z'));
  expect(await begin('other', '2026-11-22T11:00:00Z')).toBeNull();
  // Who was stopped meanwhile does not say that times have passed.
  await store.schedulers.endRun({ key: 'k', turn: 'other' }, new Date('2026-11-22T11:30:00Z'));
  expect(await begin('someone', '2026-11-22T11:00:00Z')).toMatchObject({ id: 2 });
  expect(await store.lastRun('k')).toEqual(new Date('2026-11-22T11:00:00Z'));
});

test('a sweep that another process took over is neither kept nor ended by the one before', async () => {
  const store = await createStore();
  const before = { host: 'before', pid: 1 };
  const plan = { inventory: '/clients.yaml', filter: {}, owner: before, startedAt: new Date() };
  const { id } = await store.beginSweep(plan, []);
  expect(await store.beat(id, new Date(), before)).toBe(true);
  expect(await store.claimSweep(id, SOMEONE.owner, new Date(Date.now() + 61_000))).toBe(true);
  expect(await store.beat(id, new Date(), before)).toBe(false);
  await store.finishSweep(id, 'finished', new Date(), before);
  expect((await store.getSweep(id))?.state).toBe('running');
  await store.finishSweep(id, 'finished', new Date(), SOMEONE.owner);
  await store.finishSweep(id, 'interrupted', new Date(), before);
  expect((await store.getSweep(id))?.state).toBe('finished');
});

test('two inventories, or two choices from one, have schedules with runs of their own', async () => {
  const [schedule] = await listSchedules([createClient('one', at(1), HOURLY)]);
  const keys = ['/a.yaml', '/b.yaml'].flatMap((inventory) =>
    ['', '["north"]'].map((chosen) => runKey(schedule!, { inventory, chosen })),
  );
  expect(new Set(keys).size).toBe(4);
});
