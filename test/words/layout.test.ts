import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forTerminal } from '../../src/words/escape.js';
import { cutColumns, displayWidth, padText, wrapText } from '../../src/words/layout.js';
import { anyText } from '../reports/report-arbitrary.js';

describe('displayWidth', () => {
  test.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['電話', 4],
    ['ｱ', 1],
    ['Ａ', 2],
    ['한', 2],
    ['😀', 2],
    ['🫠', 2],
    ['✔✖…─', 4],
    ['', 0],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

test('cutColumns never cuts a wide character in half', () => {
  expect(cutColumns('電話交換', 4)).toBe('電…');
  expect(cutColumns('電話', 4)).toBe('電話');
});

test('padText fills to exact columns on either side', () => {
  expect(padText('電', 4)).toBe('電  ');
  expect(padText('ab', 4, 'right')).toBe('  ab');
  expect(padText('abcdef', 4)).toBe('abc…');
});

describe('wrapText', () => {
  test('breaks at spaces, and long words anywhere', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('a abcdefghij b', 4)).toEqual(['a', 'abcd', 'efgh', 'ij b']);
    expect(wrapText('  ', 4)).toEqual([]);
  });

  test('keeps the width and loses nothing but spaces', () => {
    fc.assert(
      fc.property(anyText(600), fc.integer({ min: 2, max: 90 }), (raw, width) => {
        const text = forTerminal(raw);
        const lines = wrapText(text, width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});
