import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mapConcurrently } from '../../src/async/map-concurrently.js';

const never = new AbortController().signal;

/** Counts up, and tells how many numbers were taken and whether it was ended. */
function createSource(length = Infinity, failAt = Infinity) {
  const state = { taken: 0, ended: false };
  async function* count(): AsyncGenerator<number> {
    try {
      for (let k = 0; k < length; k++) {
        await Promise.resolve();
        if (k === failAt) throw new Error('source broke');
        state.taken++;
        yield k;
      }
    } finally {
      state.ended = true;
    }
  }
  return { items: count(), state };
}

async function collect<T>(stream: AsyncIterable<T>): Promise<{ values: T[]; error: unknown }> {
  const values: T[] = [];
  try {
    for await (const value of stream) values.push(value);
    return { values, error: null };
  } catch (error) {
    return { values, error };
  }
}

describe('mapConcurrently', () => {
  test('yields every result once, in the order of completion, and never holds more than its concurrency', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (delays, concurrency) => {
          const { items, state } = createSource(delays.length);
          const finished: number[] = [];
          let inFlight = 0;
          let most = 0;
          let yielded = 0;
          const results = mapConcurrently(items, concurrency, never, async (k) => {
            most = Math.max(most, ++inFlight, state.taken - yielded);
            if (delays[k]) await sleep(delays[k]);
            inFlight--;
            finished.push(k);
            return k;
          });
          const values: number[] = [];
          for await (const value of results) {
            values.push(value);
            yielded++;
          }
          expect(values).toEqual(finished);
          expect(values.toSorted((a, b) => a - b)).toEqual(delays.map((_, k) => k));
          expect(most).toBeLessThanOrEqual(concurrency);
          expect(state.ended).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('really runs as many at once as it may', async () => {
    let inFlight = 0;
    let most = 0;
    const results = mapConcurrently(createSource(20).items, 5, never, async () => {
      most = Math.max(most, ++inFlight);
      await sleep(5);
      inFlight--;
    });
    expect((await collect(results)).values).toHaveLength(20);
    expect(most).toBe(5);
  });

  test('lets quick items pass slow ones', async () => {
    let release: (() => void) | undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const results = mapConcurrently(createSource(5).items, 2, never, async (k) => {
      if (k === 0) await slow;
      if (k === 4) release?.();
      return k;
    });
    expect((await collect(results)).values).toEqual([1, 2, 3, 4, 0]);
  });

  test('takes nothing before it is asked, and no more while nobody takes its results', async () => {
    const { items, state } = createSource();
    const results = mapConcurrently(items, 3, never, (k) => Promise.resolve(k));
    await sleep(10);
    expect(state.taken).toBe(0);
    expect(await results.next()).toEqual({ done: false, value: 0 });
    await sleep(20);
    expect(state.taken).toBeLessThanOrEqual(4);
    await results.next();
    await sleep(20);
    expect(state.taken).toBeLessThanOrEqual(5);
    await results.return(undefined);
  });

  test('after an abort takes nothing more, but yields what is in flight', async () => {
    const abort = new AbortController();
    const { items, state } = createSource();
    let started = 0;
    const results = mapConcurrently(items, 4, abort.signal, async (k) => {
      if (++started === 4) setTimeout(() => abort.abort(), 5);
      await sleep(30);
      return k;
    });
    expect(await collect(results)).toEqual({ values: [0, 1, 2, 3], error: null });
    await sleep(5);
    expect(state).toEqual({ taken: 4, ended: true });
  });

  test('takes nothing where it is aborted from the start', async () => {
    const { items, state } = createSource();
    expect(await collect(mapConcurrently(items, 4, AbortSignal.abort(), (k) => Promise.resolve(k)))).toEqual({
      values: [],
      error: null,
    });
    expect(state.taken).toBe(0);
  });

  test('ends on an abort even where the source gives nothing and never ends', async () => {
    const abort = new AbortController();
    const stuck: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    setTimeout(() => abort.abort(), 10);
    expect(await collect(mapConcurrently(stuck, 4, abort.signal, (k) => Promise.resolve(k)))).toEqual({
      values: [],
      error: null,
    });
  });

  test('throws an error of the source after the results of what was begun', async () => {
    const results = mapConcurrently(createSource(9, 3).items, 8, never, async (k) => {
      await sleep(20);
      return k;
    });
    expect(await collect(results)).toEqual({ values: [0, 1, 2], error: new Error('source broke') });
  });

  test('throws an error of the mapping after all other results', async () => {
    const results = mapConcurrently(createSource(6).items, 2, never, (k) =>
      k === 2 ? Promise.reject(new Error('mapping broke')) : Promise.resolve(k),
    );
    const { values, error } = await collect(results);
    expect(values.toSorted((a, b) => a - b)).toEqual([0, 1, 3, 4, 5]);
    expect(error).toEqual(new Error('mapping broke'));
  });

  test('ends the source when the consumer stops early', async () => {
    const { items, state } = createSource();
    for await (const k of mapConcurrently(items, 3, never, (item) => Promise.resolve(item))) if (k === 5) break;
    await sleep(10);
    expect(state.ended).toBe(true);
    expect(state.taken).toBeLessThanOrEqual(10);
  });

  test('keeps no listener on the signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => (listeners++, add(...given));
    signal.removeEventListener = (...given: Parameters<typeof remove>) => (listeners--, remove(...given));
    await collect(mapConcurrently(createSource(3).items, 2, signal, (k) => Promise.resolve(k)));
    for await (const _ of mapConcurrently(createSource(3).items, 2, signal, (k) => Promise.resolve(k))) break;
    expect(listeners).toBe(0);
  });
});
