import { Engine } from '../../src/net/scan/engine.js';
import { type Timing, TIMINGS } from '../../src/net/scan/timing.js';
import { keep } from '../lab-sites/running.js';

/** Short waits, and nothing paced: what loopback needs. */
export const QUICK: Timing = {
  ...TIMINGS.normal,
  hostGapMs: 0,
  networkGapMs: 0,
  patienceMs: 600,
  shortGapMs: 100,
};

/** An engine that ends with the test (see `stopAfterEach`), or with its file. */
export function startEngine(timing: Partial<Timing> = {}): Engine {
  const engine = new Engine({ ...QUICK, ...timing });
  keep({ stop: () => engine.close() });
  return engine;
}

/** Runs `work` and tells how long it took, ms. */
export async function clock<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}
