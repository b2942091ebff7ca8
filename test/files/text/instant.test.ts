import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isDay } from '../../../src/files/text/day.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { readInstant } from '../../../src/files/text/instant.js';

describe('a time given by the user', () => {
  test.each([
    ['2026-11-20', '2026-11-20T00:00:00.000Z', '2026-11-20T23:59:59.999Z'],
    ['20.11.2026', '2026-11-20T00:00:00.000Z', '2026-11-20T23:59:59.999Z'],
    ['2026-11-20T10:30', '2026-11-20T10:30:00.000Z', '2026-11-20T10:30:00.000Z'],
    ['2026-11-20 10:30:15', '2026-11-20T10:30:15.000Z', '2026-11-20T10:30:15.000Z'],
    ['2026-11-20T10:30:15.25+02:00', '2026-11-20T08:30:15.250Z', '2026-11-20T08:30:15.250Z'],
  ])('%s', (text, start, end) => {
    expect(readInstant(text, 'start').toISOString()).toBe(start);
    expect(readInstant(text, 'end').toISOString()).toBe(end);
  });

  test.each(['', 'yesterday', '2026-02-30', '2026-13-01', '2026-11-20T25:00', '32.11.2026', '2026-11-20T', '12'])(
    '%j is none',
    (text) => {
      expect(() => readInstant(text, 'start')).toThrow(InputError);
      expect(isDay(text)).toBe(false);
    },
  );

  test('is read again from what it is shown as', () => {
    const min = new Date('0001-01-01T00:00:00Z');
    fc.assert(
      fc.property(fc.date({ min, max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        expect(readInstant(date.toISOString(), 'end')).toEqual(date);
        expect(isDay(date.toISOString().slice(0, 10))).toBe(true);
      }),
    );
  });

  test('is an InputError or a date, whatever is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d)?$/)), (text) => {
        try {
          expect(Number.isNaN(readInstant(text, 'end').getTime())).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});
