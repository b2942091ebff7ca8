import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { chooseServer } from '../../src/cli/kit/work.js';
import { WorkQueue } from '../../src/fleet/workers/work-queue.js';
import { site, survey } from '../check/rules/build-survey.js';
import { SetClock } from './clock.js';
import { createPostgres, type PostgresServer } from './postgres-server.js';
import { until } from './workers.js';

/*
 * Two coordinators on one database, by a clock that the test sets: what is due is begun once, whoever is killed, stopped
 * or started again on the way. What is due is written down here by hand, not worked out by the library that says so.
 */

let server: PostgresServer;
let directory: string;
let inventory: string;
let clock: SetClock;
let worker: Awaited<ReturnType<typeof startWorker>>;
let place: string;

/** Clients by the schedule that they are on. */
const CLIENTS = { north: ['n1', 'n2', 'n3'], south: ['s1', 's2'], half: ['h1'], night: ['d1'] } as const;
type Group = keyof typeof CLIENTS;
const WORKER = '00000000-0000-4000-8000-000000000000';

beforeAll(async () => void (server = await createPostgres()), 60_000);
afterAll(() => server.remove());

afterEach(async () => {
  await clock.end();
  await worker.end();
  rmSync(directory, { recursive: true });
});

/** @param minutes how often those in the north are due */
async function begin(database: string, start: string, minutes: number): Promise<void> {
  directory = mkdtempSync(join(tmpdir(), 'sallyport-clock-'));
  inventory = join(directory, 'clients.yaml');
  const all = Object.entries(CLIENTS).flatMap(([group, ids]) => ids.map((id) => ({ id, group })));
  const lines = [
    'defaults: {profile: closed, timeZone: Europe/Berlin, authorization: {by: lab, reference: clock}}',
    'groups:',
    `  north: {schedule: "*/${minutes} * * * *"}`,
    '  south: {schedule: "*/15 * * * *"}',
    '  half: {schedule: "*/30 * * * *"}',
    '  night: {schedule: "30 2 * * *"}',
    'clients:',
    ...all.map(
      ({ id, group }, index) => `  - {id: ${id}, name: ${id}, group: ${group}, address: [203.0.113.${index}]}`,
    ),
  ];
  writeFileSync(inventory, [...lines, ''].join('\n'));
  server.query(`create database ${database}`);
  place = `postgres:///${database}?host=${server.directory}&port=${server.port}&user=postgres`;
  clock = new SetClock(directory, start);
  worker = await startWorker();
}

/** A worker that sees all that it is to look at at once, as closed, and notes what it was asked for. */
async function startWorker() {
  const queue = await WorkQueue.open(chooseServer(place), { onTrouble: () => {} });
  const asked: string[] = [];
  const state = { holds: false, ended: false };
  const running = (async () => {
    while (!state.ended) {
      const order = state.holds ? null : await queue.take('here', WORKER).catch(() => null);
      if (!order) {
        await sleep(20);
        continue;
      }
      const results = order.looks.map(({ key, target }) => {
        asked.push(`${key.batch} ${key.client}`);
        return { key, survey: survey(site(), { target }), trouble: null };
      });
      await queue.deliver('here', order.id, results);
    }
  })();
  return {
    asked,
    state,
    end: async () => {
      state.ended = true;
      await running;
      await queue.close();
    },
  };
}

/** What the database has of each group: when its sweeps began, oldest first. */
function readBegun(database: string): Record<Group, string[]> {
  const rows = server.query(
    `select started_at, filter, state, clients from sallyport.sweeps order by started_at, id`,
    database,
  );
  const begun: Record<Group, string[]> = { north: [], south: [], half: [], night: [] };
  for (const row of rows.trim().split('\n')) {
    const [startedAt, filter, state, clients] = row.split('|');
    const { schedule } = JSON.parse(filter!) as { schedule: string };
    const [group] = JSON.parse(schedule) as [Group];
    expect([group, startedAt, state, clients]).toEqual([group, startedAt, 'finished', String(CLIENTS[group].length)]);
    begun[group].push(new Date(Number(startedAt)).toISOString());
  }
  return begun;
}

/** Each time that was due has one sweep, which began at it or later, and before the next; and there are no others. */
function expectEachOnce(database: string, due: Record<Group, readonly string[]>): void {
  const begun = readBegun(database);
  for (const group of Object.keys(CLIENTS) as Group[]) {
    const slots = begun[group].map(
      (at) => [...due[group]].reverse().find((slot) => slot <= at) ?? `nothing before ${at}`,
    );
    expect({ group, slots }).toEqual({ group, slots: due[group] });
  }
  const finals = `select sweep_id, client_id, count(*) as results from sallyport.results
    join sallyport.slots on slots.id = slot_id where final = 1 group by sweep_id, client_id`;
  const sum = Object.entries(due).reduce(
    (all, [group, { length }]) => all + length * CLIENTS[group as Group].length,
    0,
  );
  expect(server.query(`select count(*), max(results) from (${finals}) as finals`, database).trim()).toBe(`${sum}|1`);
  expect(worker.asked).toHaveLength(sum);
  expect(new Set(worker.asked).size).toBe(sum);
  expect(server.query('select count(*) from sallyport_work.looks', database).trim()).toBe('0');
  expect(server.query('select count(*) from sallyport_work.batches', database).trim()).toBe('0');
}

/** Each so many minutes from a time to another, both included. */
function every(minutes: number, from: string, to: string): string[] {
  const times: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += minutes * 60_000) times.push(new Date(at).toISOString());
  return times;
}

test('in an hour nothing is begun twice and nothing missed, whoever is stopped, killed or ended', async () => {
  const on = (time: string) => `2027-01-15T${time}Z`;
  await begin('an_hour', on('00:58:00'), 5);
  const first = await clock.start(place, inventory);
  const second = await clock.start(place, inventory);
  await clock.passUntil(on('01:11:00'));

  // Stopped where it found that something is due, it wakes when that is done.
  first.trap('stop before beginRun');
  await clock.passUntil(on('01:22:00'));
  expect(first.lines.at(-1)).toContain('trapped: stop before beginRun');
  await first.signal('SIGCONT');
  await clock.settle();
  await clock.passUntil(on('01:28:00'));
  expect(first.lines.at(-1)).toContain('runs these schedules on this store already');

  // Killed right after a sweep was stored, and nothing of it ordered.
  second.trap('kill after beginRun');
  await clock.passUntil(on('01:30:40'));
  expect(await second.ended).toBeNull();
  expect(first.lines.join('\n')).toContain('goes on: 3 clients');
  await clock.passUntil(on('01:36:00'));
  const third = await clock.start(place, inventory);

  // Stopped in the middle of a sweep, which the other brings to its end: it leaves it to that one.
  await clock.passUntil(on('01:44:50'));
  worker.state.holds = true;
  clock.goOn();
  const ordered = () => server.query('select count(*) from sallyport_work.looks', 'an_hour').trim();
  await until('the looks of a sweep are ordered', () => ordered() === String(CLIENTS.north.length));
  await first.signal('SIGSTOP');
  worker.state.holds = false;
  await clock.passUntil(on('01:48:00'));
  expect(third.lines.join('\n')).toContain('goes on: 3 clients');
  await first.signal('SIGCONT');
  await clock.passUntil(on('01:52:00'));
  expect(first.lines.join('\n')).toContain('is run by another process by now: it is left to that one');

  // Ended in good order, the next one is at it at once.
  await third.signal('SIGTERM');
  expect(await third.ended).toBe(0);
  await clock.passUntil(on('02:00:30'));

  expectEachOnce('an_hour', {
    north: every(5, on('01:00:00'), on('02:00:00')),
    south: every(15, on('01:00:00'), on('02:00:00')),
    half: every(30, on('01:00:00'), on('02:00:00')),
    night: [on('01:30:00.000')],
  });
}, 120_000);

test('where clocks are set forward, what is due in the hour that is not there is begun once, at its end', async () => {
  const on = (time: string) => `2027-03-28T${time}Z`;
  await begin('spring', on('00:42:00'), 20);
  const first = await clock.start(place, inventory);
  await clock.start(place, inventory);
  await clock.passUntil(on('00:59:50'));
  await first.signal('SIGKILL');
  await clock.passUntil(on('01:31:00'));
  expectEachOnce('spring', {
    north: every(20, on('01:00:00'), on('01:20:00')),
    south: every(15, on('00:45:00'), on('01:30:00')),
    half: every(30, on('01:00:00'), on('01:30:00')),
    // 02:30 is not there: 03:00 summer time.
    night: [on('01:00:00.000')],
  });
}, 120_000);

test('where clocks are set back, a time of day that comes twice is begun at its first, and intervals go on', async () => {
  const on = (time: string) => `2027-10-31T${time}Z`;
  await begin('autumn', on('00:22:00'), 20);
  const first = await clock.start(place, inventory);
  const second = await clock.start(place, inventory);
  await clock.passUntil(on('00:28:00'));
  first.trap('stop before beginRun');
  await clock.passUntil(on('01:29:00'));
  await first.signal('SIGCONT');
  await clock.settle();
  await second.signal('SIGKILL');
  await clock.passUntil(on('01:36:00'));
  expectEachOnce('autumn', {
    north: every(20, on('00:40:00'), on('01:20:00')),
    south: every(15, on('00:30:00'), on('01:30:00')),
    half: every(30, on('00:30:00'), on('01:30:00')),
    // 02:30 summer time; an hour later it is 02:30 again.
    night: [on('00:30:00.000')],
  });
}, 120_000);
