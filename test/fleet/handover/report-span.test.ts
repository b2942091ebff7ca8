import { describe, expect, test } from '@jest/globals';
import { chooseSpan } from '../../../src/fleet/handover/report-span.js';
import { createStores } from '../store/store-fixtures.js';

const HOUR_MS = 3_600_000;
const stores = createStores();
const UNTIL = new Date('2026-12-01T06:00:00.000Z');
const before = (hours: number): string => new Date(UNTIL.getTime() - hours * HOUR_MS).toISOString();

/** What a report is about after others that ended so many hours before it, in this order of noting. */
async function spanAfter(hours: readonly number[], since: Date | null = null) {
  const store = await stores.open();
  for (const ago of hours)
    await store.handed.add({ clientId: 'acme', until: before(ago), how: 'file', at: before(ago) });
  await store.handed.add({ clientId: 'beta', until: before(20), how: 'mail', at: before(19) });
  const span = await chooseSpan(store, 'acme', { since, until: UNTIL });
  const hoursAgo = (at: Date): number => Math.round(((UNTIL.getTime() - at.getTime()) / HOUR_MS) * 100) / 100;
  return {
    since: hoursAgo(span.since),
    lastReport: span.lastReport && hoursAgo(span.lastReport),
    currentSince: hoursAgo(span.currentSince),
  };
}

describe('a report of a client', () => {
  test('is about the time since the last one that was handed over', async () => {
    expect(await spanAfter([700, 100, 300])).toEqual({ since: 100.08, lastReport: 100, currentSince: 768 });
  });

  test('is about 30 days where there was none', async () => {
    expect(await spanAfter([])).toEqual({ since: 720, lastReport: null, currentSince: 768 });
  });

  test('made twice in 12 hours is about the same time, and one that ends later does not count', async () => {
    expect(await spanAfter([400, 11, -5])).toEqual({ since: 400.08, lastReport: 400, currentSince: 768 });
    expect(await spanAfter([400, 12])).toEqual({ since: 12.08, lastReport: 12, currentSince: 768 });
  });

  test('after one of long ago is about all that time, but no check of long ago proves that all is well', async () => {
    expect(await spanAfter([5_000])).toEqual({ since: 5_000.08, lastReport: 5_000, currentSince: 768 });
  });

  test('since a time that was asked for is about that, and no older check proves that all is well', async () => {
    const since = (hours: number) => new Date(before(hours));
    expect(await spanAfter([100], since(48))).toEqual({ since: 48, lastReport: null, currentSince: 48 });
    expect(await spanAfter([100], since(9_000))).toEqual({ since: 9_000, lastReport: null, currentSince: 768 });
  });
});
