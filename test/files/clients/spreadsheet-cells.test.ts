import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCellDay, readCellSwitch } from '../../../src/files/clients/spreadsheet-cells.js';
import { isDay } from '../../../src/files/text/day.js';
import { InputError } from '../../../src/files/text/input-error.js';

describe('days', () => {
  test.each([
    ['2030-12-31', '2030-12-31'],
    ['2030-12-31 00:00:00', '2030-12-31'],
    ['2030-12-31T00:00:00Z', '2030-12-31'],
    ['31.12.2030', '2030-12-31'],
    ['31. 12. 2030', '2030-12-31'],
    ['1.2.2030', '2030-02-01'],
    ['31.12.2030 00:00', '2030-12-31'],
    ['12/31/2030', '2030-12-31'],
    ['31/12/2030', '2030-12-31'],
    ['31-12-2030', '2030-12-31'],
    ['12-31-2030', '2030-12-31'],
    ['3/3/2030', '2030-03-03'],
    ['2030/12/31', '2030-12-31'],
    ['2030.1.2', '2030-01-02'],
  ])('%s is %s', (cell, day) => {
    expect(readCellDay(cell)).toBe(day);
  });

  test.each([
    ['03/04/2030', 'write 2030-04-03 for 3 April 2030, or 2030-03-04 for 4 March 2030'],
    ['12-1-2030', 'write 2030-01-12 for 12 January 2030, or 2030-12-01 for 1 December 2030'],
  ])('%s is refused with both readings', (cell, readings) => {
    expect(() => readCellDay(cell)).toThrow(`"${cell}" can be read in two ways: ${readings}`);
  });

  test('what has to be guessed is refused with what to write', () => {
    expect(() => readCellDay('31.12.30')).toThrow('"31.12.30": write the year in full, as in 2030-12-31');
    expect(() => readCellDay('47848')).toThrow('"47848" is 2030-12-31 as spreadsheets count days: write 2030-12-31');
  });

  test.each([
    '31.02.2030',
    '31 Dec 2030',
    '13/13/2030',
    '2030-13-01',
    'soon',
    '31.12-2030',
    '31.12.2030 12:00',
    '1.2.3',
    '',
  ])('%p becomes no day', (cell) => {
    expect(isDay(readCellDay(cell))).toBe(false);
  });

  test('a day that is written as it should be stays, and any text is read or refused', () => {
    const date = fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (at) => {
        const day = at.toISOString().slice(0, 10);
        const [y, m, d] = day.split('-').map(Number);
        expect(readCellDay(day)).toBe(day);
        expect(readCellDay(`${d}.${m}.${y}`)).toBe(day);
        for (const slashes of [`${d}/${m}/${y}`, `${m}/${d}/${y}`]) {
          if (d! > 12 || d === m) expect(readCellDay(slashes)).toBe(day);
          else expect(() => readCellDay(slashes)).toThrow(day);
        }
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d./ :T-]{0,24}$/)), (cell) => {
        try {
          expect(typeof readCellDay(cell)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

test('yes and no in the languages of spreadsheets', () => {
  for (const yes of ['yes', 'TRUE', '1', 'WAHR', 'ja', 'Oui', 'VRAI', 'sí']) expect(readCellSwitch(yes)).toBe(true);
  for (const no of ['no', 'FALSE', '0', 'FALSCH', 'Nein', 'non', 'FAUX', 'nee']) expect(readCellSwitch(no)).toBe(false);
  for (const other of ['x', '', '-1', 'constructor', 'perhaps', 'yes no']) {
    expect(() => readCellSwitch(other)).toThrow('expected yes or no');
  }
});
