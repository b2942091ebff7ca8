import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type CoordinatorStatus,
  describeWork,
  type WorkerStatus,
  type WorkStatus,
} from '../../../src/model/work-status.js';
import { servePages } from '../serve.js';

const beatAt = new Date('2026-11-01T03:00:00Z');
const worker = (vantage: string, said: Partial<WorkerStatus> = {}): WorkerStatus => ({
  ...{
    id: randomUUID(),
    vantage,
    host: 'box',
    pid: 7,
    version: '1.2.3',
    state: 'idle',
    note: '',
    looks: 64,
    orders: [],
  },
  ...{ alive: true, beatAt, ...said },
});
const coordinator = (said: Partial<CoordinatorStatus>): CoordinatorStatus => ({
  ...{ id: randomUUID(), host: 'box', pid: 5, version: '1.2.3', state: 'active', inventory: '/srv/clients.yaml' },
  ...{
    chosen: '',
    vantages: ['berlin', 'office', 'paris', 'rome'],
    alive: true,
    since: new Date('2026-10-31T01:00:00Z'),
    beatAt,
    ...said,
  },
});
const STATUS: WorkStatus = {
  coordinators: [
    coordinator({ host: 'one' }),
    coordinator({ host: 'two', state: 'standby' }),
    coordinator({ host: 'three', alive: false }),
    coordinator({ host: 'four', alive: false, inventory: '/srv/other.yaml' }),
  ],
  workers: [
    worker('berlin'),
    worker('berlin', { state: 'blind', note: '<b>no control endpoint answers</b>' }),
    worker('office', { state: 'blind', note: 'no control endpoint answers' }),
    worker('paris', { alive: false, state: 'busy' }),
    worker('rome', { state: 'ending' }),
    worker('berlni'),
    worker('hamburg', { alive: false }),
  ],
  queues: [
    { vantage: 'berlin', waiting: 3, active: 1, givenUp: 0 },
    { vantage: 'oslo', waiting: 9, active: 0, givenUp: 2 },
    { vantage: 'given-up', waiting: 0, active: 0, givenUp: 0 },
  ],
  blind: [
    { vantage: 'berlin', silent: 12, known: 40, since: new Date('2026-10-31T03:00:00Z') },
    { vantage: 'given-up', silent: 5, known: 5, since: beatAt },
  ],
};

describe('where looks are ordered,', () => {
  test('the operator is told of coordinators, workers and queues, and plainly where no one looks', async () => {
    const { browse } = await servePages({ readWork: () => Promise.resolve(STATUS) });
    const { text } = await browse('/operator');
    const rows = text.replace(/<\/td>/g, '|').replace(/<[^>]*>/g, '');
    const at = '|2026-10-31 01:00:00 UTC|1.2.3|2026-11-01 03:00:00 UTC|';
    expect(rows).toContain(`clients.yaml|one, process 5|runs the schedules${at}`);
    expect(rows).toContain(`clients.yaml|two, process 5|stands by${at}`);
    expect(rows).toContain(`clients.yaml|three, process 5|SILENT${at}`);
    expect(rows).toContain('No coordinator runs the schedules of other.yaml at the moment.');
    expect(rows).not.toContain('No coordinator runs the schedules of clients.yaml');
    expect(rows).toContain('berlin|box, process 7|waits for orders|64|1.2.3|2026-11-01 03:00:00 UTC|');
    expect(rows).toContain('office|box, process 7|CANNOT SEE: no control endpoint answers|');
    expect(rows).toContain('paris|box, process 7|SILENT|');
    expect(rows).toContain('oslo|9|0|2|');
    expect(rows).toContain('No worker looks from office: its worker cannot see: no control endpoint answers.');
    expect(rows).toContain('No worker looks from paris: its worker has fallen silent.');
    expect(rows).toContain('No worker looks from rome: its worker is ending.');
    expect(rows).toContain('No worker looks from oslo: there is none.');
    expect(rows).not.toContain('No worker looks from berlin');
    expect(rows).not.toContain('No worker looks from given-up');
    expect(rows.replace(/\s+/g, ' ')).toContain(
      'berlin does not hear 12 of 40 clients since 2026-10-31 03:00:00 UTC, while other vantages do.',
    );
    expect(rows).not.toContain('given-up does not hear');
    expect(rows).toContain('A worker looks from berlni, but no coordinator has that vantage');
    expect(rows).not.toContain('A worker looks from berlin,');
    expect(rows).not.toContain('A worker looks from hamburg');
    expect(text).not.toContain('<b>no control');
  });

  test('programs are told the same', async () => {
    const { send } = await servePages({ readWork: () => Promise.resolve(STATUS) });
    const { status, text } = await send({ path: '/api/v1/workers' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(describeWork(STATUS))));
    expect(JSON.parse(text)).toMatchObject({
      coordinators: [{ host: 'one', state: 'active', alive: true, since: '2026-10-31T01:00:00.000Z' }, {}, {}, {}],
      workers: STATUS.workers.map(({ vantage, state }) => ({ vantage, state })),
      queues: STATUS.queues,
      unmanned: [{ vantage: 'office' }, { vantage: 'oslo' }, { vantage: 'paris' }, { vantage: 'rome' }],
      blind: [{ vantage: 'berlin', silent: 12, known: 40, since: '2026-10-31T03:00:00.000Z' }],
      unled: ['/srv/other.yaml'],
      unasked: ['berlni'],
    });
    expect(text).not.toContain('chosen');
  });

  test('metrics have them', async () => {
    const { send } = await servePages({ readWork: () => Promise.resolve(STATUS) });
    const { text } = await send({ path: '/metrics' });
    for (const line of [
      'sallyport_coordinators{state="active"} 1',
      'sallyport_coordinators{state="standby"} 1',
      'sallyport_coordinators{state="silent"} 2',
      'sallyport_workers{vantage="berlin",state="idle"} 1',
      'sallyport_workers{vantage="berlin",state="blind"} 1',
      'sallyport_workers{vantage="paris",state="silent"} 1',
      'sallyport_orders{vantage="oslo",state="given_up"} 2',
      'sallyport_vantage_manned{vantage="berlin"} 1',
      'sallyport_vantage_manned{vantage="office"} 0',
      'sallyport_vantage_manned{vantage="oslo"} 0',
      'sallyport_vantage_blind{vantage="berlin"} 1',
      'sallyport_vantage_blind{vantage="rome"} 0',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).not.toContain('sallyport_vantage_manned{vantage="given-up"}');
  });
});

test('where none ever were, nothing is said of workers', async () => {
  const { browse, send } = await servePages();
  expect((await browse('/operator')).text).not.toMatch(/[Ww]orker|[Cc]oordinator/);
  expect(JSON.parse((await send({ path: '/api/v1/workers' })).text)).toEqual({
    ...{ coordinators: [], workers: [], queues: [], unmanned: [], blind: [], unled: [], unasked: [] },
  });
  expect((await send({ path: '/metrics' })).text).not.toMatch(
    /^sallyport_(?:coordinators|workers|orders|vantage_manned|vantage_blind)\{/m,
  );
});

test('the operator is told who runs the schedules of the store', async () => {
  const { browse, store } = await servePages();
  const read = async () => (await browse('/operator')).text.replace(/<[^>]*>/g, '');
  expect(await read()).toContain('No process runs schedules on this store at the moment.');
  const owner = { host: hostname(), pid: process.pid };
  await store.schedulers.claim({ token: 'a', inventory: '/etc/clients.yaml', chosen: '{}', owner }, new Date());
  expect(await read()).toContain(`are run by process ${process.pid} on ${hostname()}, of clients.yaml.`);
});
