import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RefreshPace } from '../../../src/web/live/refresh-pace.js';

describe('pages bring themselves up to date', () => {
  test('soon where few look', () => {
    expect(new RefreshPace().gapMs(1)).toBe(1_500);
  });

  test('the less often the more there are, and the longer one takes', () => {
    const pace = new RefreshPace();
    expect(pace.gapMs(100)).toBeGreaterThan(pace.gapMs(10));
    const before = pace.gapMs(10);
    for (let n = 0; n < 100; n++) pace.note(100);
    expect(pace.gapMs(10)).toBeGreaterThan(2 * before);
  });

  test('every two minutes at least, and never more often than a person sees', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000)), fc.nat(10_000), (times, pages) => {
        const pace = new RefreshPace();
        for (const ms of times) pace.note(ms);
        expect(pace.gapMs(pages)).toBeGreaterThanOrEqual(1_500);
        expect(pace.gapMs(pages)).toBeLessThanOrEqual(120_000);
      }),
    );
  });
});
