import { describe, expect, test } from '@jest/globals';
import type { AlertEvent } from '../../../src/model/alert.js';
import type { Change, Waiver } from '../../../src/model/change.js';
import type { Store } from '../../../src/fleet/store/store.js';
import { beginSweep, createStores, daysLater, NOW, reportAt, storeLook } from './store-fixtures.js';

const stores = createStores();

const event = (title: string): AlertEvent => ({ type: 'operator', at: NOW.toISOString(), title, detail: '' });

function enqueue(
  store: Store,
  key: string,
  change: { digest?: boolean; sweepId?: number | null; channel?: string } = {},
) {
  const { digest = false, sweepId = null, channel = 'mail' } = change;
  const message = { key, channel, digest, sweepId, event: event(key), at: NOW.toISOString() };
  return store.write((writer) => writer.enqueue(message));
}

describe('the outbox', () => {
  test('a message is given out once, and again when its lease has ended', async () => {
    const store = await stores.open();
    await enqueue(store, 'a');
    await enqueue(store, 'b');
    await enqueue(store, 'a');
    const claimed = await store.messages.claimMessages(NOW, 1, 1_000);
    expect(claimed).toEqual([
      { id: 1, key: 'a', channel: 'mail', events: [event('a')], attempts: 0, createdAt: NOW.toISOString() },
    ]);
    const after = (ms: number) => new Date(NOW.getTime() + ms);
    expect((await store.messages.claimMessages(after(999), 9, 1_000)).map(({ key }) => key)).toEqual(['b']);
    expect((await store.messages.claimMessages(after(1_000), 9, 1_000)).map(({ key }) => key)).toEqual(['a']);
    expect(await store.messages.claimMessages(new Date(NOW.getTime() - 1), 9, 1)).toEqual([]);
  });

  test('what was sent is not sent again, not even when it is enqueued again', async () => {
    const store = await stores.open();
    await enqueue(store, 'a');
    const [message] = await store.messages.claimMessages(NOW, 9, 1_000);
    await store.messages.markSent(message!.id, NOW);
    await enqueue(store, 'a');
    expect(await store.messages.claimMessages(daysLater(9), 9, 1_000)).toEqual([]);
    expect(await store.messages.count()).toEqual({ waiting: 0, held: 0, failed: 0 });
  });

  test('what failed is tried again when it is due, given up, and sent again when asked', async () => {
    const store = await stores.open();
    await enqueue(store, 'a');
    const [{ id } = { id: 0 }] = await store.messages.claimMessages(NOW, 9, 1_000);
    await store.messages.markFailed(id, 'refused', daysLater(1));
    expect(await store.messages.claimMessages(new Date(daysLater(1).getTime() - 1), 9, 1)).toEqual([]);
    expect(await store.messages.claimMessages(daysLater(1), 9, 1)).toMatchObject([{ id, attempts: 1 }]);
    await store.messages.markFailed(id, 'refused again', null);
    expect(await store.messages.claimMessages(daysLater(9), 9, 1)).toEqual([]);
    expect(await store.messages.count()).toEqual({ waiting: 0, held: 0, failed: 1 });
    expect(await store.messages.listFailed(9)).toEqual([
      { id, key: 'a', channel: 'mail', attempts: 2, createdAt: NOW.toISOString(), error: 'refused again' },
    ]);
    expect(await store.messages.retryFailed(daysLater(9))).toBe(1);
    expect(await store.messages.claimMessages(daysLater(9), 9, 1)).toMatchObject([{ id, attempts: 0 }]);
    expect(await store.messages.retryFailed(daysLater(9))).toBe(0);
  });

  test('a digest is held, then joined: one message for each channel and 200 events', async () => {
    const store = await stores.open();
    for (let index = 0; index < 250; index++) await enqueue(store, `m${index}`, { digest: true, sweepId: 7 });
    await enqueue(store, 'slack', { digest: true, sweepId: 7, channel: 'slack' });
    await enqueue(store, 'other', { digest: true, sweepId: 8 });
    expect(await store.messages.claimMessages(NOW, 9, 1)).toEqual([]);
    expect((await store.messages.count()).held).toBe(252);
    await store.messages.closeDigest(7, NOW);
    await store.messages.closeDigest(7, NOW);
    await enqueue(store, 'm0', { digest: true, sweepId: 7 });
    expect(await store.messages.count()).toEqual({ waiting: 3, held: 1, failed: 0 });
    const messages = await store.messages.claimMessages(NOW, 9, 1);
    expect(messages.map(({ channel, events }) => [channel, events.length])).toEqual([
      ['mail', 200],
      ['mail', 50],
      ['slack', 1],
    ]);
    expect(messages.flatMap(({ events }) => events).slice(0, 250)).toEqual(
      Array.from({ length: 250 }, (_, index) => event(`m${index}`)),
    );
    expect(new Set(messages.map(({ key }) => key)).size).toBe(3);
  });

  test('a sweep that is gone on with closes a digest of its own', async () => {
    const store = await stores.open();
    await enqueue(store, 'a', { digest: true, sweepId: 7 });
    await store.messages.closeDigest(7, NOW);
    await enqueue(store, 'b', { digest: true, sweepId: 7 });
    await store.messages.closeDigest(7, NOW);
    const messages = await store.messages.claimMessages(NOW, 9, 1);
    expect(messages.map(({ events }) => events)).toEqual([[event('a')], [event('b')]]);
  });

  test('a digest without a sweep is sent at once', async () => {
    const store = await stores.open();
    await enqueue(store, 'a', { digest: true });
    expect(await store.messages.claimMessages(NOW, 9, 1)).toHaveLength(1);
  });

  test('what was queued or postponed while the clock was ahead is due', async () => {
    const store = await stores.open();
    await enqueue(store, 'a');
    await store.messages.claimMessages(NOW, 9, 1);
    await store.messages.markFailed(1, 'answered 503', daysLater(365));
    expect(await store.messages.claimMessages(NOW, 9, 60_000)).toMatchObject([{ key: 'a' }]);
    expect(await store.messages.claimMessages(NOW, 9, 60_000)).toEqual([]);
    await store.messages.markFailed(1, 'answered 503', new Date(NOW.getTime() + 6 * 3_600_000));
    expect(await store.messages.claimMessages(NOW, 9, 60_000)).toEqual([]);
  });

  test('a message counts with its transaction', async () => {
    const store = await stores.open();
    const failing = store.write(async (writer) => {
      const message = {
        key: 'a',
        channel: 'mail',
        digest: false,
        sweepId: null,
        event: event('a'),
        at: NOW.toISOString(),
      };
      await writer.enqueue(message);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await store.messages.count()).waiting).toBe(0);
  });
});

const change: Change = {
  ...{ kind: 'exposed', key: 'issue r tcp/80', severity: 'high', rule: 'r', endpoint: 'tcp/80' },
  ...{ data: { finding: { service: 'webpro' }, was: null } },
};

test('changes come newest first, by client, sweep and time', async () => {
  const store = await stores.open();
  const place = (clientId: string, sweepId: number, day: number) => ({
    ...{ clientId, sweepId, slot: '203.0.113.9', at: daysLater(day).toISOString() },
  });
  for (const [sweepId, day] of [
    [1, 0],
    [2, 10],
  ] as const) {
    await beginSweep(store, ['a', 'b']);
    for (const id of ['a', 'b']) {
      await storeLook(store, sweepId, id, reportAt('203.0.113.9'));
      await store.write(async (writer) => {
        await writer.addChanges(place(id, sweepId, day), [{ ...change, alerted: id === 'a' }]);
        await writer.addChanges(place(id, sweepId, day), []);
      });
    }
  }
  const ids = async (filter: Parameters<Store['listChanges']>[0]) =>
    (await store.listChanges(filter)).map(({ id }) => id);
  expect(await ids({})).toEqual([4, 3, 2, 1]);
  expect(await ids({ limit: 1 })).toEqual([4]);
  expect(await ids({ clientId: 'a' })).toEqual([3, 1]);
  expect(await ids({ sweepId: 1 })).toEqual([2, 1]);
  expect(await ids({ since: daysLater(10) })).toEqual([4, 3]);
  expect((await store.listChanges({ clientId: 'b', sweepId: 1 }))[0]).toEqual({
    ...change,
    ...place('b', 1, 0),
    ...{ id: 2, alerted: false },
  });
  await store.write(async (writer) => {
    expect((await writer.listRecentChanges('a', '203.0.113.9', daysLater(10))).map(({ id }) => id)).toEqual([3]);
    expect(await writer.listRecentChanges('a', 'other', NOW)).toEqual([]);
    await writer.markAlerted(2);
  });
  expect((await store.listChanges({ sweepId: 1 })).map(({ alerted }) => alerted)).toEqual([true, true]);
});

test('waivers are kept until they are taken back', async () => {
  const store = await stores.open();
  const given: Omit<Waiver, 'id'> = {
    ...{ clientId: 'a', rule: 'r', endpoint: 'tcp/80', by: 'J. Doe', reason: 'needed', until: '2027-01-31' },
    ...{ severity: 'high', identity: null, grantedAt: NOW.toISOString() },
  };
  const waiver = await store.addWaiver(given);
  expect(waiver).toEqual({ ...given, id: 1 });
  await store.addWaiver({ ...given, clientId: 'b', endpoint: null });
  expect(await store.listWaivers('a')).toEqual([waiver]);
  expect(await store.write((writer) => writer.listWaivers('a'))).toEqual([waiver]);
  expect((await store.listWaivers()).map(({ clientId }) => clientId)).toEqual(['a', 'b']);
  expect(await store.revokeWaiver(1)).toBe(true);
  expect(await store.revokeWaiver(1)).toBe(false);
  expect(await store.listWaivers('a')).toEqual([]);
});

test('a state or a change of a slot without a result is a mistake of ours', async () => {
  const store = await stores.open();
  const place = { clientId: 'a', slot: 's', sweepId: 1, at: NOW.toISOString() };
  await expect(store.write((writer) => writer.addChanges(place, [{ ...change, alerted: true }]))).rejects.toThrow(
    'a s',
  );
  const state = { address: null, verdict: 'compliant', issues: {}, identities: {} } as const;
  await expect(
    store.write((writer) => writer.putState('a', 's', state, { resultId: 1, at: place.at })),
  ).rejects.toThrow('a s');
});
