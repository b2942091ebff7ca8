import { expect, test } from '@jest/globals';
import { BackOff } from '../../../src/fleet/sweep/back-off.js';

test('waits twice as long after each failure, up to a bound, until a success', () => {
  let now = 7;
  const backOff = new BackOff(5, 60, () => now);
  expect(backOff.restMs).toBe(0);
  const waits = [1, 2, 3, 4, 5, 6].map(() => {
    backOff.noteFailure();
    return backOff.restMs;
  });
  expect(waits).toEqual([5, 10, 20, 40, 60, 60]);
  now += 59;
  expect(backOff.restMs).toBe(1);
  now += 1;
  expect(backOff.restMs).toBe(0);
  backOff.noteSuccess();
  backOff.noteFailure();
  expect(backOff.restMs).toBe(5);
});
