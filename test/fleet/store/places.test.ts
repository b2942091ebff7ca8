import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TimeWriter } from '../../../src/fleet/store/places.js';

test('times of a list are written as Date writes them, whatever came before', () => {
  const time = fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
    // Of few minutes, about where the sign and the year change.
    fc.integer({ min: -90_000, max: 90_000 }),
    fc.integer({ min: -90_000, max: 90_000 }).map((ms) => Date.UTC(10_000, 0) + ms),
  );
  fc.assert(
    fc.property(fc.array(time, { maxLength: 20 }), (all) => {
      const times = new TimeWriter();
      expect(all.map((at) => times.write(at))).toEqual(all.map((at) => new Date(at).toISOString()));
    }),
    { numRuns: 500 },
  );
});
