import { beforeEach, describe, expect, test } from '@jest/globals';
import { parseSchedule } from '../../../src/files/clients/schedule.js';
import type { AlertConfig } from '../../../src/fleet/alerts/alert-config.js';
import type { ReportPlan } from '../../../src/fleet/alerts/report-settings.js';
import { findDueReport } from '../../../src/fleet/sweep/report-due.js';
import { ReportClock } from '../../../src/fleet/sweep/report-clock.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { Client } from '../../../src/model/client.js';
import { settingsFor } from '../alerts/samples.js';
import { beginSweep, reportAt } from '../store/store-fixtures.js';
import { createClient, createStore } from './scene.js';

const MONTHLY: ReportPlan = {
  schedule: '0 7 1 * *',
  timeZone: 'Europe/Berlin',
  of: 'client',
  to: 'contacts',
  channels: ['mail'],
  format: 'pdf',
  brand: null,
};
const at = (text: string) => new Date(text);

describe('when a report is due', () => {
  const due = (last: string, now: string, change: Partial<ReportPlan> = {}) => {
    const found = findDueReport({ ...MONTHLY, ...change }, at(last), at(now));
    return found && [found.at.toISOString(), found.since.toISOString(), found.period];
  };

  test('at its time in its own time zone, in winter and in summer, about the month before', () => {
    expect(due('2026-11-01T06:00:00Z', '2026-12-01T05:59:59Z')).toBeNull();
    expect(due('2026-11-01T06:00:00Z', '2026-12-01T06:00:00Z')).toEqual([
      '2026-12-01T06:00:00.000Z',
      '2026-11-01T06:00:00.000Z',
      '2026-11',
    ]);
    expect(due('2026-06-01T05:00:00Z', '2026-07-01T05:00:05Z')).toEqual([
      '2026-07-01T05:00:00.000Z',
      '2026-06-01T05:00:00.000Z',
      '2026-06',
    ]);
  });

  test('times that were missed are one report, with all that changed since the last', () => {
    expect(due('2026-09-01T05:00:00Z', '2026-12-05T12:00:00Z')).toEqual([
      '2026-12-01T06:00:00.000Z',
      '2026-09-01T05:00:00.000Z',
      '2026-11',
    ]);
  });

  test('what ran is not due again, and the first is about the whole time between two', () => {
    expect(due('2026-12-01T06:00:00Z', '2026-12-31T23:00:00Z')).toBeNull();
    expect(due('2026-11-20T10:00:00Z', '2026-12-01T06:00:00Z')?.[1]).toBe('2026-11-01T06:00:00.000Z');
  });

  test('a weekly one is called by its day', () => {
    expect(due('2026-11-23T07:00:00Z', '2026-11-30T08:00:00Z', { schedule: '0 8 * * 1' })?.[2]).toBe('2026-11-30');
  });

  test.each(['30 2 * * *', '0 3 * * *', '0 7 1 * *', '@weekly'])(
    'each time of %s comes once in a year with changes of clocks, asked every hour around them',
    (schedule) => {
      const plan = { ...MONTHLY, schedule };
      let lastRun = at('2026-01-01T00:00:00Z');
      const found: string[] = [];
      // Else twice a day, which is more often than anything comes due.
      const hours = (now: Date) => (/^2026-(03-2[89]|03-30|10-2[456])/.test(now.toISOString()) ? 1 : 11);
      const step = (now: Date) => new Date(now.getTime() + hours(now) * 3_600_000);
      for (let now = lastRun; now < at('2027-01-01T00:00:00Z'); now = step(now)) {
        const next = findDueReport(plan, lastRun, now);
        if (!next) continue;
        found.push(next.at.toISOString());
        lastRun = next.at;
      }
      const expected = [];
      const cron = parseSchedule(schedule, plan.timeZone);
      for (
        let run = cron.nextRun(at('2026-01-01T00:00:00Z'));
        run && run < at('2026-12-31T23:00:00.001Z');
        run = cron.nextRun(run)
      )
        expected.push(run.toISOString());
      expect(found).toEqual(expected);
    },
  );
});

let store: Store;
beforeEach(async () => void (store = await createStore()));

const alertsWith = (plan: Partial<ReportPlan> = {}): AlertConfig => ({
  file: 'alerts.yaml',
  channels: new Map([['mail', settingsFor('email', 'smtp://127.0.0.1:1/')]]),
  routes: [],
  operator: { to: ['mail'] },
  reports: new Map([['monthly', { ...MONTHLY, ...plan }]]),
});

const CONTACTS = { contacts: ['+41 44 000 00 00', 'Eva <eva@muster.example>'] };
const client = (id: string, change: Partial<Client> = {}) =>
  createClient(id, '203.0.113.7', { ...CONTACTS, ...change });
const filesOf = (clients: readonly Client[], alerts = alertsWith()) => ({
  ...{ inventory: '/clients.yaml', chosen: '', clients, alerts },
});

/** Stores a check of each of these clients. */
async function check(clients: readonly Client[], when = '2026-11-10T03:00:00.000Z') {
  const { id: sweepId } = await beginSweep(
    store,
    clients.map(({ id }) => id),
  );
  await store.write(async (tx) => {
    for (const one of clients) {
      const report = { ...reportAt('203.0.113.7'), startedAt: when };
      await tx.addResult({ sweepId, client: one, slot: '203.0.113.7', report, final: true });
    }
  });
}

async function queued(): Promise<string[]> {
  const messages = await store.messages.claimMessages(at('2030-01-01T00:00:00Z'), 10_000, 0);
  return messages.map(({ key }) => key).sort();
}

const START = at('2026-11-20T00:00:00Z');
const DUE = at('2026-12-01T06:00:03Z');
const KEY = (id: string, time = '2026-12-01T06:00:00.000Z') => `report/monthly/${time}/${id}/mail`;

describe('what is queued', () => {
  test('a mail for each client, once, however often it is asked and by however many', async () => {
    const files = filesOf([client('a'), client('b')]);
    await check([client('a'), client('b')]);
    const clocks = [new ReportClock(store), new ReportClock(store)];
    for (const clock of clocks) expect(await clock.plan(files, START)).toEqual([]);
    expect(clocks[0]!.describe()).toEqual(['report monthly is due at 2026-12-01T06:00:00.000Z']);
    for (const clock of clocks) expect(await clock.queueDue(files, at('2026-12-01T05:59:59Z'))).toEqual([]);
    expect(await queued()).toEqual([]);
    const lines = await Promise.all(clocks.map((clock) => clock.queueDue(files, DUE)));
    expect(lines.flat()).toEqual(['report monthly of 2026-11: 2 mails queued']);
    for (const clock of clocks) expect(await clock.queueDue(files, DUE)).toEqual([]);
    const restarted = new ReportClock(store);
    await restarted.plan(files, DUE);
    expect(await restarted.queueDue(files, DUE)).toEqual([]);
    expect(await queued()).toEqual([KEY('a'), KEY('b')]);
    expect(restarted.describe()).toEqual(['report monthly is due at 2027-01-01T06:00:00.000Z']);
  });

  test('the event has the time, the client and its contacts, and nothing that changes later', async () => {
    const files = filesOf([client('a', { group: 'north', tags: ['x'] })]);
    await check([client('a')]);
    const clock = new ReportClock(store);
    await clock.plan(files, START);
    await clock.queueDue(files, DUE);
    const [message] = await store.messages.claimMessages(DUE, 10, 0);
    expect(message!.events).toEqual([
      {
        type: 'report',
        at: '2026-12-01T06:00:00.000Z',
        since: '2026-11-01T06:00:00.000Z',
        period: '2026-11',
        report: 'monthly',
        client: { id: 'a', name: 'Client a', group: 'north', tags: ['x'], contacts: CONTACTS.contacts },
        to: 'contacts',
      },
    ]);
  });

  test('what was missed while nothing ran is made up for once', async () => {
    const files = filesOf([client('a')]);
    await check([client('a')]);
    await new ReportClock(store).plan(files, START);
    const later = new ReportClock(store);
    await later.plan(files, at('2027-03-05T00:00:00Z'));
    expect(await later.queueDue(files, at('2027-03-05T00:00:00Z'))).toEqual([
      'report monthly of 2027-02: 1 mail queued',
    ]);
    expect(await later.queueDue(files, at('2027-03-05T00:00:05Z'))).toEqual([]);
    expect(await queued()).toEqual([KEY('a', '2027-03-01T06:00:00.000Z')]);
  });

  test('a transaction that fails queues nothing, and it is due still', async () => {
    await check([client('a'), client('b')]);
    const broken = (function* () {
      yield client('a');
      throw new Error('killed');
    })();
    const clock = new ReportClock(store);
    await clock.plan(filesOf([]), START);
    const files = { ...filesOf([]), clients: broken };
    await expect(clock.queueDue(files, DUE)).rejects.toThrow('killed');
    expect(await queued()).toEqual([]);
    expect(await clock.queueDue(filesOf([client('a'), client('b')]), DUE)).toHaveLength(1);
    expect(await queued()).toEqual([KEY('a'), KEY('b')]);
  });

  test('clients that get none are told, and those that are paused are not missed', async () => {
    const clients = [
      client('a'),
      client('mute', { contacts: ['+41 44 000 00 00'] }),
      client('new'),
      client('late'),
      client('off', { paused: true }),
    ];
    await check(clients.filter(({ id }) => id !== 'new' && id !== 'late'));
    await check([client('late')], '2026-12-01T06:00:01.000Z');
    const clock = new ReportClock(store);
    await clock.plan(filesOf(clients), START);
    expect(await clock.queueDue(filesOf(clients), DUE)).toEqual([
      'report monthly of 2026-11: 1 mail queued',
      'report monthly does not go to clients paused: off',
      'report monthly does not go to clients without a contact: mute',
      'report monthly does not go to clients without a check so far: new and late',
    ]);
    const messages = await store.messages.claimMessages(DUE, 10, 0);
    expect(messages.map(({ key }) => key)).toEqual(['unreached/monthly/2026-12-01T06:00:00.000Z/mail', KEY('a')]);
    expect(messages[0]!.events).toMatchObject([
      {
        type: 'operator',
        title: 'Report monthly of 2026-11 does not go to 3 clients',
        detail: 'without a contact: mute\nwithout a check so far: new and late',
      },
    ]);
  });

  test('only clients of its groups and tags', async () => {
    const clients = [
      client('a', { group: 'north', tags: ['gold'] }),
      client('b', { group: 'north' }),
      client('c', { group: 'south', tags: ['gold'] }),
    ];
    await check(clients);
    const files = filesOf(clients, alertsWith({ groups: ['north'], tags: ['gold'], to: 'channel' }));
    const clock = new ReportClock(store);
    await clock.plan(files, START);
    await clock.queueDue(files, DUE);
    expect(await queued()).toEqual([KEY('a')]);
  });

  test('alerts do not wait for reports', async () => {
    const clients = Array.from({ length: 20 }, (_, n) => client(`c${n}`));
    await check(clients);
    const clock = new ReportClock(store);
    await clock.plan(filesOf(clients), START);
    await clock.queueDue(filesOf(clients), DUE);
    const later = '2026-12-01T06:30:00.000Z';
    const event = { type: 'operator', at: later, title: 't', detail: '' } as const;
    await store.messages.enqueueAll([
      { key: 'alert', channel: 'mail', digest: false, sweepId: null, event, at: later },
    ]);
    expect((await store.messages.claimMessages(at('2026-12-01T07:00:00Z'), 1, 0)).map(({ key }) => key)).toEqual([
      'alert',
    ]);
  });

  test('another schedule is another report: it is not made up for', async () => {
    const weekly = filesOf([client('a')], alertsWith({ schedule: '0 7 * * 1' }));
    await check([client('a')]);
    const clock = new ReportClock(store);
    await clock.plan(filesOf([client('a')]), START);
    await clock.plan(weekly, at('2026-11-25T00:00:00Z'));
    expect(await clock.queueDue(weekly, at('2026-11-25T00:00:00Z'))).toEqual([]);
    expect(clock.describe()).toEqual(['report monthly is due at 2026-11-30T06:00:00.000Z']);
  });

  test('a last run that is still to come counts from now on', async () => {
    const files = filesOf([client('a')]);
    await new ReportClock(store).plan(files, at('2036-01-01T00:00:00Z'));
    const clock = new ReportClock(store);
    expect(await clock.plan(files, START)).toEqual([at('2036-01-01T00:00:00Z')]);
    expect(clock.describe()).toEqual(['report monthly is due at 2026-12-01T06:00:00.000Z']);
  });
});
