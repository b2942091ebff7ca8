import { describe, expect, test } from '@jest/globals';
import { Remembered } from '../../src/async/remembered.js';

/** Gives 1, 2, 3 …, but fails the first times. */
function createCounter(failures = 0) {
  let reads = 0;
  return () => (++reads <= failures ? Promise.reject(new Error(`no. ${reads}`)) : Promise.resolve(reads));
}

describe('what takes a while to be read', () => {
  test('is read once, by those who ask at the same time too', async () => {
    const remembered = new Remembered(60_000, createCounter());
    expect(await Promise.all([remembered.get(), remembered.get()])).toEqual([1, 1]);
    expect(await remembered.get()).toBe(1);
  });

  test('is read again when it is too old', async () => {
    const remembered = new Remembered(0, createCounter());
    expect(await remembered.get()).toBe(1);
    expect(await remembered.get()).toBe(2);
  });

  test('is read again where it could not be', async () => {
    const remembered = new Remembered(60_000, createCounter(1));
    await expect(remembered.get()).rejects.toThrow('no. 1');
    expect(await remembered.get()).toBe(2);
  });

  test('has no age before that', () => {
    expect(new Remembered(60_000, createCounter()).ageMs).toBe(0);
  });
});
