import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { limitTime } from '../../src/async/time-limit.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
setFlagsFromString('--no-expose-gc');

/** Resolves when the signal is aborted; nothing else holds on to it. */
function waitFor(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

test('the time ends it, also where nobody else holds on to it', async () => {
  const stop = new AbortController();
  const ended = waitFor(limitTime(stop.signal, 300).signal);
  for (let count = 0; count < 3; count++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collectGarbage();
  }
  await ended;
});

test('the signal ends it, and that is told apart from the time', async () => {
  const stop = new AbortController();
  const limit = limitTime(stop.signal, 60_000);
  const ended = waitFor(limit.signal);
  stop.abort(new Error('enough'));
  await ended;
  expect(limit.isOver()).toBe(false);
  expect(limit.signal.reason).toEqual(new Error('enough'));
  limit.release();
  expect(limitTime(stop.signal, 60_000).signal.aborted).toBe(true);

  const short = limitTime(new AbortController().signal, 1);
  await waitFor(short.signal);
  expect(short.isOver()).toBe(true);
});

test('after its release neither ends it', async () => {
  const stop = new AbortController();
  const limit = limitTime(stop.signal, 5);
  limit.release();
  stop.abort();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(limit.signal.aborted).toBe(false);
});
