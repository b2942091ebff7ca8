import { expect, test } from '@jest/globals';
import { LookQueue } from '../../../src/fleet/sweep/look-queue.js';

async function* list(...items: string[]): AsyncGenerator<string> {
  for (const item of items) yield await Promise.resolve(item);
}

test('gives out first looks, then second ones when they are due, and ends', async () => {
  const queue = new LookQueue<string>();
  const given: string[] = [];
  const started = performance.now();
  for await (const look of queue.take(list('a', 'b', 'c'))) {
    given.push(look);
    queue.done(look === 'a' || look === 'b' ? { look: `${look}2`, delayMs: 60 } : null);
  }
  expect(given).toEqual(['a', 'b', 'c', 'a2', 'b2']);
  expect(performance.now() - started).toBeGreaterThanOrEqual(59);
  expect(queue.waiting).toBe(0);
});

test('waits for looks that are under way, since they may need a second one', async () => {
  const queue = new LookQueue<string>();
  const given: string[] = [];
  for await (const look of queue.take(list('a'))) {
    given.push(look);
    setTimeout(() => queue.done(look === 'a' ? { look: 'a2', delayMs: 10 } : null), 30);
  }
  expect(given).toEqual(['a', 'a2']);
});

test('ends at once when it is closed, whatever waits', async () => {
  const queue = new LookQueue<string>();
  const given: string[] = [];
  for await (const look of queue.take(list('a', 'b'))) {
    given.push(look);
    queue.done({ look: 'late', delayMs: 60_000 });
    if (look === 'b') setTimeout(() => queue.close(), 20);
  }
  expect(given).toEqual(['a', 'b']);
});
