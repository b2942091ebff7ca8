import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countSyns } from '../../../src/net/scan/host.js';
import { spreadOut, TIMINGS, tryOffset } from '../../../src/net/scan/timing.js';

describe('tryOffset', () => {
  test('begins at once, goes on with growing gaps, and leaves half of the patience for the last answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 60_000 }), (tries, patienceMs) => {
        const offsets = Array.from({ length: tries }, (_, index) => tryOffset(index, tries, patienceMs));
        const gaps = offsets.slice(1).map((offset, k) => offset - offsets[k]!);
        expect(offsets[0]).toBe(0);
        expect(offsets.at(-1)).toBeLessThan(patienceMs / 2);
        for (const [k, gap] of gaps.entries()) expect(gap).toBeGreaterThan(k === 0 ? 0 : gaps[k - 1]!);
      }),
    );
  });

  test('is 0, 0.5 and 1.5 s for three tries in 3.1 s', () => {
    expect([0, 1, 2].map((index) => Math.round(tryOffset(index, 3, 3_100) / 100) / 10)).toEqual([0, 0.5, 1.5]);
  });
});

test.each([
  [0, 1],
  [999, 1],
  [1_000, 2],
  [2_000, 3],
  [3_000, 4],
  [3_100, 4],
  [5_000, 6],
  [7_000, 7],
  [11_000, 8],
  [60_000, 9],
])('the system has sent its SYNs of %i ms: %i', (ms, syns) => {
  expect(countSyns(ms)).toBe(syns);
});

test('every timing but the patient one is faster than the one before it, and holds four SYNs', () => {
  const { polite, normal, fast } = TIMINGS;
  for (const [slower, faster] of [
    [polite, normal],
    [normal, fast],
  ] as const) {
    expect(faster.rate).toBeGreaterThan(slower.rate);
    expect(faster.hostGapMs).toBeLessThan(slower.hostGapMs);
    expect(faster.networkGapMs).toBeLessThan(slower.networkGapMs);
    expect(countSyns(slower.patienceMs)).toBeGreaterThanOrEqual(4);
  }
});

describe('spreadOut', () => {
  test('keeps packets to a target a second apart, and leaves patience and rate as they are', () => {
    expect(spreadOut(TIMINGS.normal, 60_000)).toEqual({ ...TIMINGS.normal, hostGapMs: 1_000, shortGapMs: 1_000 });
    expect(spreadOut(TIMINGS.polite, 60_000)).toEqual({ ...TIMINGS.polite, hostGapMs: 1_000 });
  });

  test('lets the four tries of an endpoint leave before those of the next', () => {
    expect(spreadOut(TIMINGS.normal, 400).hostGapMs).toBe(100);
    expect(spreadOut(TIMINGS.polite, 4).hostGapMs).toBe(TIMINGS.polite.hostGapMs);
  });
});
