import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RttEstimator } from '../../../src/net/scan/host.js';

function estimate(...samples: number[]): RttEstimator {
  const rtt = new RttEstimator();
  for (const sample of samples) rtt.sample(sample);
  return rtt;
}

describe('RttEstimator', () => {
  test('knows nothing before the first sample', () => {
    expect(estimate()).toMatchObject({ smoothedMs: null, timeoutMs: null });
  });

  test('follows the equations of RFC 6298 §2', () => {
    // SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 RTTVAR
    expect(estimate(100)).toMatchObject({ smoothedMs: 100, timeoutMs: 300 });
    // RTTVAR = 3/4 · 50 + 1/4 · |100 − 200| = 62.5; SRTT = 7/8 · 100 + 1/8 · 200 = 112.5
    expect(estimate(100, 200)).toMatchObject({ smoothedMs: 112.5, timeoutMs: 362.5 });
    // RTTVAR = 3/4 · 62.5 + 1/4 · 12.5 = 50; SRTT = 7/8 · 112.5 + 1/8 · 100 = 110.9375
    expect(estimate(100, 200, 100)).toMatchObject({ smoothedMs: 110.9375, timeoutMs: 310.9375 });
  });

  test('waits at least 50 ms beyond the round trip', () => {
    expect(estimate(2).timeoutMs).toBe(52);
  });

  test('stays between the shortest and the longest sample, and times out after it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { minLength: 1 }), (samples) => {
        const { smoothedMs, timeoutMs } = estimate(...samples);
        expect(smoothedMs).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-6);
        expect(smoothedMs).toBeLessThanOrEqual(Math.max(...samples) + 1e-6);
        expect(timeoutMs).toBeGreaterThanOrEqual(smoothedMs! + 50);
      }),
    );
  });
});
