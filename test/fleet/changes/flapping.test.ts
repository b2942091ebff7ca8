import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CALM_MS,
  FLAPPING_CHANGES,
  judgeFlapping,
  SETTLED_MS,
  settledChanges,
} from '../../../src/fleet/changes/flapping.js';
import type { Change, ChangeKind, StoredChange } from '../../../src/model/change.js';
import type { Severity } from '../../../src/model/severity.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-01T03:00:00Z');

function change(kind: ChangeKind, severity: Severity = 'high', key = 'issue x tcp/80'): Change {
  return { kind, key, severity, rule: 'x', endpoint: 'tcp/80', data: {} } as unknown as Change;
}

/** Lives through changes at given times as a sweep does; `null` is a look that shows no change. */
function live(looks: readonly { at: number; change: Change | null }[]) {
  const history: StoredChange[] = [];
  return looks.map(({ at, change: seen }) => {
    const now = new Date(START + at);
    const changes = seen ? [seen] : [];
    const { flapping, suppressed } = judgeFlapping(history, changes, now);
    const settled = settledChanges(history, changes, now);
    for (const one of settled) history[one.id] = { ...one, alerted: true };
    for (const one of changes)
      history.push({
        ...one,
        id: history.length,
        clientId: 'a',
        slot: '192.0.2.1',
        sweepId: 1,
        at: now.toISOString(),
        alerted: !suppressed.has(one.key),
      });
    return { told: changes.length - suppressed.size, flapping, settled: settled.map(({ kind }) => kind) };
  });
}

/** To and fro, at these times. */
const flips = (...times: number[]) =>
  times.map((at, index) => ({ at, change: change(index % 2 === 0 ? 'exposed' : 'resolved') }));

const told = (looks: ReturnType<typeof live>) => looks.map((look) => look.told);
const marks = (looks: ReturnType<typeof live>) => looks.map((look) => look.flapping);

describe('what changes to and fro', () => {
  test('is told, then told to flap, then held back', () => {
    const looks = live(flips(0, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR));
    expect(told(looks)).toEqual([1, 1, 1, 0, 0]);
    expect(marks(looks)).toEqual([false, false, true, false, false]);
    expect(FLAPPING_CHANGES).toBe(3);
  });

  test('with every daily look is held back as well, early or late as the looks may be', () => {
    const days = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((day) => day * DAY + (day % 3) * HOUR);
    expect(told(live(flips(...days)))).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('within more than a week does not flap', () => {
    const looks = live(flips(0, 4 * DAY, 8 * DAY, 12 * DAY));
    expect(told(looks)).toEqual([1, 1, 1, 1]);
    expect(marks(looks)).toEqual([false, false, false, false]);
  });

  test('is told at once again when it was calm in between', () => {
    expect(told(live(flips(0, HOUR, 2 * HOUR, 3 * HOUR, 3 * HOUR + CALM_MS)))).toEqual([1, 1, 1, 0, 1]);
  });

  test('does not hold back anything else', () => {
    const other = { at: 3 * HOUR, change: change('exposed', 'high', 'issue y tcp/8000') };
    expect(told(live([...flips(0, HOUR, 2 * HOUR), other]))).toEqual([1, 1, 1, 1]);
  });
});

describe('what was held back', () => {
  const flapping = flips(0, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR);
  const quiet = (at: number) => ({ at, change: null });

  test('is told once when it has stood for a day', () => {
    const looks = live([...flapping, quiet(5 * HOUR), quiet(4 * HOUR + SETTLED_MS), quiet(3 * DAY)]);
    expect(looks.map(({ settled }) => settled)).toEqual([[], [], [], [], [], [], ['exposed'], []]);
  });

  test('is not told when it changes at that very look', () => {
    const looks = live([...flapping, { at: 4 * HOUR + SETTLED_MS, change: change('resolved') }]);
    expect(looks.at(-1)).toMatchObject({ settled: [], told: 0 });
  });
});

test('what is worse than all that was told is never held back', () => {
  const worse = { at: 4 * HOUR, change: change('exposed', 'critical') };
  const again = { at: 6 * HOUR, change: change('exposed', 'critical') };
  const end = { at: 5 * HOUR, change: change('resolved', 'critical') };
  expect(told(live([...flips(0, HOUR, 2 * HOUR, 3 * HOUR), worse, end, again]))).toEqual([1, 1, 1, 0, 1, 0, 0]);
});

test('whatever happens, somebody is told of how it ends', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 72 }), { minLength: 1, maxLength: 30 }), (gaps) => {
      let at = 0;
      const times = gaps.map((gap) => (at += gap * HOUR));
      const looks = live([...flips(...times), { at: at + SETTLED_MS, change: null }]);
      const last = looks.at(-2);
      const end = looks.at(-1);
      expect((last?.told ?? 0) + (end?.settled.length ?? 0)).toBe(1);
    }),
  );
});
