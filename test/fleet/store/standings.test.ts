import { expect, test } from '@jest/globals';
import type { Store } from '../../../src/fleet/store/store.js';
import { beginSweep, createStores, daysLater, NOW, reportAt, storeLook } from './store-fixtures.js';

const stores = createStores();
const HOUR_MS = 3_600_000;

/** What was accepted is accepted. */
const asIs = <T>(state: T): T => state;

const hoursLater = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS);

/** Has so many clients of two in violation, and notes it. */
async function note(store: Store, at: Date, exposed: 0 | 1 | 2): Promise<void> {
  const { id } = await beginSweep(store, ['a', 'b'], at);
  for (const [index, client] of ['a', 'b'].entries()) {
    const verdict = index < exposed ? 'violation' : 'compliant';
    await storeLook(store, id, client, reportAt('203.0.113.20', at, { verdict }));
  }
  await store.write((writer) => writer.noteStandings(at, asIs));
}

const read = async (store: Store, since: Date, until: Date) =>
  (await store.readStandings(since, until)).map(({ at, counts }) => [
    at,
    counts && counts.violation,
    counts?.compliant,
  ]);

test('of an hour the newest note stays', async () => {
  const store = await stores.open();
  await note(store, NOW, 2);
  await note(store, hoursLater(0.9), 1);
  await note(store, hoursLater(1), 0);
  expect(await read(store, NOW, hoursLater(2))).toEqual([
    [NOW.toISOString(), null, undefined],
    [hoursLater(0.9).toISOString(), 1, 1],
    [hoursLater(1).toISOString(), 0, 2],
  ]);
});

test('before the first note, and where all notes are too old, nothing is known', async () => {
  const store = await stores.open();
  expect(await read(store, daysLater(-9), NOW)).toEqual([[daysLater(-9).toISOString(), null, undefined]]);
  await note(store, NOW, 1);
  await note(store, daysLater(20), 0);
  const known = [
    [NOW.toISOString(), 1, 1],
    [daysLater(8).toISOString(), null, undefined],
    [daysLater(20).toISOString(), 0, 2],
  ];
  expect(await read(store, daysLater(-1), daysLater(21))).toEqual([
    [daysLater(-1).toISOString(), null, undefined],
    ...known,
  ]);
  expect(await read(store, NOW, daysLater(29))).toEqual([...known, [daysLater(28).toISOString(), null, undefined]]);
  // What was noted before still counts at the beginning, and a note of a clock that was ahead does not count yet.
  expect(await read(store, daysLater(1), daysLater(2))).toEqual([]);
  expect(await read(store, daysLater(9), daysLater(10))).toEqual([[daysLater(9).toISOString(), null, undefined]]);
});

test('of many notes, those with the most violations are read, and the newest', async () => {
  const store = await stores.open();
  for (let hours = 0; hours < 1000; hours++) {
    if ([0, 500, 501].includes(hours)) {
      const sweep = await beginSweep(store, ['a'], hoursLater(hours));
      const verdict = hours === 500 ? 'violation' : 'compliant';
      await storeLook(store, sweep.id, 'a', reportAt('203.0.113.20', hoursLater(hours), { verdict }));
    }
    await store.write((writer) => writer.noteStandings(hoursLater(hours), asIs));
  }
  const points = await store.readStandings(NOW, hoursLater(1000));
  expect(points.length).toBeLessThanOrEqual(401);
  expect(points.length).toBeGreaterThan(300);
  const exposed = points.filter(({ counts }) => counts!.violation > 0);
  expect(exposed.map(({ at }) => at)).toEqual([hoursLater(500).toISOString()]);
  expect(points.at(-1)!.at).toBe(hoursLater(999).toISOString());
});

test('what is pruned is not known any more', async () => {
  const store = await stores.open();
  await note(store, NOW, 1);
  await note(store, daysLater(1), 0);
  await store.prune({ olderThan: daysLater(0.5), keepPerSlot: null });
  expect(await read(store, NOW, daysLater(1))).toEqual([
    [NOW.toISOString(), null, undefined],
    [daysLater(1).toISOString(), 0, 2],
  ]);
});
