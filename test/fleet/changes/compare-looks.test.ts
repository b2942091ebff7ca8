import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareSweeps } from '../../../src/fleet/changes/compare-looks.js';
import type { StoredReport } from '../../../src/model/client.js';
import { lookAt, violation } from '../store/looks.js';

type Place = readonly [clientId: string, slot: string, open: boolean];

/** A sweep's reports by client and slot, in the order of their UTF-8 bytes. */
async function* sweep(places: readonly Place[]): AsyncGenerator<StoredReport> {
  const bytes = ([clientId, slot]: Place) => Buffer.from(`${clientId}\0${slot}`);
  const sorted = [...places].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
  for (const [clientId, slot, open] of sorted)
    yield await Promise.resolve({
      ...{ clientId, slot, resultId: 1, invite: null, sweepId: 1, at: '2026-11-01T00:00:00.000Z' },
      report: open ? violation() : lookAt(),
    });
}

const anyPlaces: fc.Arbitrary<Place[]> = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom('a', 'a-1', 'a.b', 'B', '10', '9', 'é'),
    fc.constantFrom('x', 'x#2', '\u{1f600}', '\uffee'),
    fc.boolean(),
  ),
  { selector: ([clientId, slot]) => `${clientId} ${slot}`, maxLength: 12 },
);

test('two sweeps are joined place by place, each once, whatever either lacks', async () => {
  await fc.assert(
    fc.asyncProperty(anyPlaces, anyPlaces, async (before, after) => {
      const found = new Map<string, string>();
      for await (const { clientId, slot, from, to, changes } of compareSweeps(sweep(before), sweep(after))) {
        expect(found.has(`${clientId} ${slot}`)).toBe(false);
        found.set(`${clientId} ${slot}`, `${from !== null} ${to !== null} ${changes.map(({ kind }) => kind).join()}`);
      }
      const places = (list: readonly Place[]) => new Map(list.map(([id, slot, open]) => [`${id} ${slot}`, open]));
      const [old, now] = [places(before), places(after)];
      const expected = [...new Set([...old.keys(), ...now.keys()])].map((key) => {
        const [was, is] = [old.get(key), now.get(key)];
        const kind = is === undefined || is === Boolean(was) ? '' : is ? 'exposed' : 'resolved';
        return [key, `${was !== undefined} ${is !== undefined} ${kind}`] as const;
      });
      expect([...found].sort()).toEqual([...expected].sort());
    }),
    { numRuns: 60 },
  );
});
