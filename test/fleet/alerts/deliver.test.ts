import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  chooseRetry,
  type DeliverConfig,
  deliverMessages,
  type DeliveryResult,
  type Outbox,
} from '../../../src/fleet/alerts/deliver.js';
import type { OutboxMessage } from '../../../src/model/alert.js';
import { type HttpSink, openHttpSink } from './http-sink.js';
import { clientEvent, drawNothing, NOW, queuedMessage, settingsFor, showAll } from './samples.js';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

interface Kept extends OutboxMessage {
  readonly dueAt: number;
  readonly state: 'waiting' | 'sent' | 'failed';
  readonly error: string | null;
}

/** An outbox in memory that keeps the promises of the store. */
class MemoryOutbox implements Outbox {
  kept: Kept[] = [];
  /** The process "dies" before it marks what it sent. */
  diesBeforeMark = false;

  put(count: number, partial: Partial<OutboxMessage> = {}): this {
    for (let i = 0; i < count; i++) {
      const id = this.kept.length + 1;
      const queued = queuedMessage([clientEvent()], { id, key: `key-${id}`, ...partial });
      this.kept.push({ ...queued, dueAt: NOW.getTime(), state: 'waiting', error: null });
    }
    return this;
  }

  claimMessages(now: Date, limit: number, leaseMs: number) {
    const due = this.kept.filter(({ state, dueAt }) => state === 'waiting' && dueAt <= now.getTime()).slice(0, limit);
    this.#change(
      due.map(({ id }) => id),
      () => ({ dueAt: now.getTime() + leaseMs }),
    );
    return Promise.resolve(due);
  }

  markSent(id: number) {
    if (this.diesBeforeMark) return Promise.reject(new Error('killed'));
    this.#change([id], () => ({ state: 'sent' as const }));
    return Promise.resolve();
  }

  markFailed(id: number, error: string, retryAt: Date | null) {
    this.#change([id], ({ attempts }) => ({
      attempts: attempts + 1,
      error,
      ...(retryAt ? { dueAt: retryAt.getTime() } : { state: 'failed' as const }),
    }));
    return Promise.resolve();
  }

  enqueueAll(messages: Parameters<Outbox['enqueueAll']>[0]) {
    for (const { key, channel, event, at } of messages) {
      if (this.kept.some((kept) => kept.key === key)) continue;
      this.put(1, { key, channel, events: [event], createdAt: at });
    }
    return Promise.resolve();
  }

  #change(ids: readonly number[], update: (kept: Kept) => Partial<Kept>): void {
    this.kept = this.kept.map((kept) => (ids.includes(kept.id) ? { ...kept, ...update(kept) } : kept));
  }
}

let sink: HttpSink;
let outbox: MemoryOutbox;
beforeEach(async () => {
  sink = await openHttpSink('/T0SECRET-PATH');
  outbox = new MemoryOutbox();
});
afterEach(() => sink.close());

const config = (names: readonly string[] = ['main'], given: Partial<DeliverConfig> = {}): DeliverConfig => ({
  channels: new Map(names.map((name) => [name, settingsFor('webhook', sink.url)])),
  routes: [],
  operator: { to: ['main'] },
  reports: new Map(),
  ...given,
});

async function deliver(now = NOW, { signal = new AbortController().signal, channels = config() } = {}) {
  const results: DeliveryResult[] = [];
  const counts = await deliverMessages(outbox, channels, {
    signal,
    now: () => now,
    draw: drawNothing,
    onResult: (result) => results.push(result),
    timeoutMs: 2000,
    random: () => 0,
  });
  return { counts, results };
}

const keysReceived = () => sink.received.map(({ headers }) => headers['idempotency-key']);

describe('deliverMessages', () => {
  test('delivers all that is due, each once', async () => {
    outbox.put(50);
    const { counts, results } = await deliver();
    expect(counts).toEqual({ sent: 50, postponed: 0, failed: 0 });
    expect(results).toHaveLength(50);
    expect(keysReceived().sort()).toEqual(outbox.kept.map(({ key }) => key).sort());
    expect(await deliver()).toMatchObject({ counts: { sent: 0 } });
    expect(sink.received).toHaveLength(50);
  });

  test('sends at most 8 at once', async () => {
    outbox.put(40);
    let open = 0;
    let most = 0;
    sink.answer = (response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end();
      }, 100);
    };
    await deliver();
    expect(most).toBe(8);
  });

  test('what is not due stays', async () => {
    outbox.put(1);
    await deliver(new Date(NOW.getTime() - 1));
    expect(sink.received).toEqual([]);
    expect(outbox.kept[0]).toMatchObject({ state: 'waiting', attempts: 0 });
  });

  test('a failure is tried again, later each time, until it goes well', async () => {
    outbox.put(1);
    sink.answer = (response) => response.writeHead(503).end();
    let now = NOW.getTime();
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      const { counts } = await deliver(new Date(now));
      expect(counts).toEqual({ sent: 0, postponed: 1, failed: 0 });
      waits.push((outbox.kept[0]!.dueAt - now) / SECOND);
      now = outbox.kept[0]!.dueAt;
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 21_600, 21_600]);
    sink.answer = (response) => response.end();
    expect((await deliver(new Date(now))).counts).toEqual({ sent: 1, postponed: 0, failed: 0 });
    expect(new Set(keysReceived())).toEqual(new Set(['key-1']));
  });

  test('is given up after three days, and told', async () => {
    outbox.put(1, { createdAt: new Date(NOW.getTime() - 3 * DAY).toISOString(), attempts: 20 });
    sink.answer = (response) => response.writeHead(500).end();
    const { counts, results } = await deliver();
    expect(counts).toEqual({ sent: 0, postponed: 0, failed: 1 });
    expect(results).toMatchObject([{ delivery: { outcome: 'retry', reason: 'answered 500' }, retryAt: null }]);
    expect(outbox.kept[0]).toMatchObject({ state: 'failed', error: 'answered 500' });
  });

  test('is not given up for its age alone: a machine may have been off, or somebody had it tried again', async () => {
    outbox.put(1, { createdAt: new Date(NOW.getTime() - 9 * DAY).toISOString() });
    sink.answer = (response) => response.writeHead(500).end();
    expect((await deliver()).counts).toEqual({ sent: 0, postponed: 1, failed: 0 });
  });

  test.each([301, 401, 404, 410])('what is refused with %i is tried six times, then given up', async (status) => {
    outbox.put(1);
    sink.answer = (response) => response.writeHead(status).end('gone');
    let now = NOW.getTime();
    for (let tries = 1; tries < 6; tries++) {
      expect((await deliver(new Date(now))).counts).toEqual({ sent: 0, postponed: 1, failed: 0 });
      now = outbox.kept[0]!.dueAt;
    }
    expect((now - NOW.getTime()) / SECOND).toBe(30 + 60 + 120 + 240 + 480);
    expect((await deliver(new Date(now))).counts).toEqual({ sent: 0, postponed: 0, failed: 1 });
    expect(outbox.kept[0]).toMatchObject({
      state: 'failed',
      error: expect.stringContaining(`answered ${status}: gone`),
    });
  });

  test('what is refused for a while is delivered', async () => {
    outbox.put(1);
    sink.answer = (response) => response.writeHead(404).end();
    await deliver();
    sink.answer = (response) => response.end();
    expect((await deliver(new Date(outbox.kept[0]!.dueAt))).counts.sent).toBe(1);
  });

  describe('what is given up is told to the operator', () => {
    const told = () =>
      outbox.kept.flatMap(({ events, channel, state }) =>
        events.flatMap((event) => (event.type === 'operator' ? [{ channel, state, ...event }] : [])),
      );
    const refuse = async (given: DeliverConfig, count = 1, channel = 'gone') => {
      outbox.put(count, { channel, attempts: 5 });
      const other = await openHttpSink();
      sink.answer = (response) => response.writeHead(404).end();
      const channels = new Map(given.channels);
      for (const name of channels.keys()) if (name !== 'gone') channels.set(name, settingsFor('webhook', other.url));
      const { counts } = await deliver(NOW, { channels: { ...given, channels } });
      await other.close();
      return { counts, received: other.received.length };
    };

    test('through another channel, in the same run, once a day', async () => {
      const given = config(['gone', 'main'], { operator: { to: ['gone', 'main'] } });
      expect(await refuse(given, 3)).toEqual({ counts: { sent: 1, postponed: 0, failed: 3 }, received: 1 });
      expect(told()).toEqual([
        expect.objectContaining({
          channel: 'main',
          state: 'sent',
          title: 'Alerts to channel gone are not delivered',
          detail: expect.stringMatching(/^The last try: answered 404\n[^]*sallyport alert retry$/),
        }),
      ]);
      expect(await refuse(given)).toMatchObject({ received: 0 });
    });

    test('where it has only that channel, through one that hears of every client', async () => {
      const routes = [
        { to: ['north'], severity: 'info', mode: 'immediate', groups: ['north'] },
        { to: ['all', 'gone'], severity: 'info', mode: 'digest' },
      ] as const;
      const given = config(['gone', 'north', 'all'], { routes: routes as never, operator: { to: ['gone'] } });
      expect(await refuse(given)).toMatchObject({ received: 1 });
      expect(told().map(({ channel }) => channel)).toEqual(['all']);
    });

    test('if there is another; two that fail do not tell of each other for ever', async () => {
      expect(await refuse(config(['gone'], { operator: { to: ['gone'] } }))).toMatchObject({ received: 0 });
      expect(told()).toEqual([]);
      outbox = new MemoryOutbox().put(1, { channel: 'one', attempts: 5 });
      sink.answer = (response) => response.writeHead(404).end();
      const both = config(['one', 'two'], { operator: { to: ['one', 'two'] } });
      for (let tries = 0; tries < 30; tries++) {
        await deliver(new Date(NOW.getTime() + tries * 1000 * SECOND), { channels: both });
      }
      expect(told().map(({ channel, state }) => [channel, state])).toEqual([
        ['two', 'failed'],
        ['one', 'failed'],
      ]);
    });

    test('also of a channel that is no longer configured', async () => {
      expect(await refuse(config(['main']), 1, 'removed')).toMatchObject({ counts: { failed: 1 }, received: 1 });
      expect(told()[0]!.detail).toContain('this channel is no longer configured');
    });
  });

  test('a channel that is no longer configured is given up', async () => {
    outbox.put(1, { channel: 'gone' }).put(1);
    expect((await deliver()).counts).toMatchObject({ postponed: 0, failed: 1 });
    expect(outbox.kept[1]).toMatchObject({ state: 'sent' });
    expect(outbox.kept[0]).toMatchObject({ state: 'failed', error: 'this channel is no longer configured' });
  });

  test('Retry-After is honoured', async () => {
    outbox.put(1);
    sink.answer = (response) => response.writeHead(429, { 'retry-after': '600' }).end();
    await deliver();
    expect(outbox.kept[0]!.dueAt).toBe(NOW.getTime() + 600 * SECOND);
  });

  test('a channel that is down is left alone, and does not hold up the others', async () => {
    const other = await openHttpSink();
    outbox.put(100).put(5, { channel: 'other' });
    sink.answer = (response) => response.writeHead(503).end();
    const given = config();
    const channels = new Map([...given.channels, ['other', settingsFor('webhook', other.url)] as const]);
    expect((await deliver(NOW, { channels: { ...given, channels } })).counts).toEqual({
      sent: 5,
      postponed: 100,
      failed: 0,
    });
    await other.close();
    expect(other.received).toHaveLength(5);
    expect(sink.received.length).toBeLessThanOrEqual(8);
    for (const { dueAt } of outbox.kept.slice(0, 100)) expect(dueAt).toBe(NOW.getTime() + 30 * SECOND);
  });

  test('a crash between sending and marking repeats what was in flight, with the same key', async () => {
    outbox.put(1);
    outbox.diesBeforeMark = true;
    await expect(deliver()).rejects.toThrow('killed');
    outbox.diesBeforeMark = false;
    expect((await deliver(new Date(NOW.getTime() + 60 * SECOND))).counts.sent).toBe(0);
    expect((await deliver(new Date(NOW.getTime() + HOUR))).counts.sent).toBe(1);
    expect(keysReceived()).toEqual(['key-1', 'key-1']);
  });

  test('two at once send nothing twice', async () => {
    outbox.put(60);
    const [one, two] = await Promise.all([deliver(), deliver()]);
    expect(one.counts.sent + two.counts.sent).toBe(60);
    expect(new Set(keysReceived()).size).toBe(60);
    expect(sink.received).toHaveLength(60);
  });

  test('ends when told to; what was in flight is tried again soon', async () => {
    outbox.put(20);
    sink.answer = () => undefined;
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    const { counts } = await deliver(NOW, { signal: abort.signal });
    expect(counts).toEqual({ sent: 0, postponed: 8, failed: 0 });
    const again = outbox.kept.filter(({ dueAt }) => dueAt === NOW.getTime());
    expect(again).toHaveLength(20);
    expect(outbox.kept.every(({ state }) => state === 'waiting')).toBe(true);
  });

  test('a fault of our own is one more reason to try again, and says nothing of the settings', async () => {
    outbox.put(1);
    const broken = {
      ...settingsFor('webhook', sink.url),
      url: { reveal: () => 'http://user:T0SECRET@127.0.0.1/' },
    } as never;
    const { results } = await deliver(NOW, { channels: config([], { channels: new Map([['main', broken]]) }) });
    expect(results).toMatchObject([{ delivery: { outcome: 'retry' } }]);
    expect(showAll(results)).not.toContain('T0SECRET');
  });
});

describe('chooseRetry', () => {
  const anyTime = fc.integer({ min: 0, max: 4 * DAY }).map((age) => new Date(NOW.getTime() - age).toISOString());
  test('within its bounds', () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        anyTime,
        fc.nat(HOUR),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, createdAt, after, random) => {
          const at = chooseRetry({ attempts, createdAt }, after, NOW, random);
          if (attempts >= 9 && NOW.getTime() - Date.parse(createdAt) >= 3 * DAY) return void expect(at).toBeNull();
          const delay = at!.getTime() - NOW.getTime();
          const full = Math.min(30 * SECOND * 2 ** attempts, 6 * HOUR);
          expect(delay).toBeGreaterThanOrEqual(Math.max(Math.floor(full * 0.75), after));
          expect(delay).toBeLessThanOrEqual(Math.max(full, after));
        },
      ),
    );
  });
});
