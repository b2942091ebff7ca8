import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutText, listChoices, listNames, lowerFirst, quote, renderCount } from '../../src/words/sentence.js';
import { quoteInput } from '../../src/words/input.js';
import { renderDuration, renderTime } from '../../src/words/time.js';

test('a cut text is within its bounds, whole characters, and shows that something is gone', () => {
  expect(cutText('abcdef', 6)).toBe('abcdef');
  expect(cutText('abcdefg', 6)).toBe('abcde…');
  expect(cutText('abcd😀g', 6)).toBe('abcd…');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, max) => {
      const cut = cutText(text, max);
      expect(cut.length).toBeLessThanOrEqual(max);
      expect(cut === text || cut.endsWith('…')).toBe(true);
      expect(cut).not.toMatch(/\p{Cs}/u);
    }),
  );
});

test('what is quoted stays within its bounds; what the user typed, on one line too', () => {
  expect(quote('abc')).toBe('“abc”');
  expect(quote('abcdefg', 4)).toBe('“abc…”');
  expect(quoteInput('a"b\n\u001b[31m')).toBe(String.raw`"a\"b\n\u001b[31m"`);
  expect(quoteInput('x'.repeat(100))).toBe(`"${'x'.repeat(59)}…"`);
});

test('lists', () => {
  expect(listNames([])).toBe('none');
  expect(listNames(['a'])).toBe('a');
  expect(listNames(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listNames(['a', 'b', 'c', 'd'], 3)).toBe('a, b and 2 more');
  expect(listChoices(['a'])).toBe('a');
  expect(listChoices(['a', 'b'])).toBe('a or b');
  expect(listChoices(['a', 'b', 'c'])).toBe('a, b or c');
});

test('counts', () => {
  expect([0, 1, 2].map((count) => renderCount(count, 'finding'))).toEqual(['0 findings', '1 finding', '2 findings']);
  expect([1n, 2n].map((count) => renderCount(count, 'address', 'addresses'))).toEqual(['1 address', '2 addresses']);
});

test('names keep their capitals within a sentence', () => {
  expect(['Web server', 'SIP trunk', 'WebPro'].map(lowerFirst)).toEqual(['web server', 'SIP trunk', 'WebPro']);
});

test('times', () => {
  const durations = [0, 999.4, 999.6, 9_949, 9_960, 119_499, 119_500, 5_969_999, 5_970_000];
  expect(durations.map(renderDuration)).toEqual([
    '0 ms',
    '999 ms',
    '1.0 s',
    '9.9 s',
    '10 s',
    '119 s',
    '2 min',
    '99 min',
    '2 h',
  ]);
  expect(renderTime('2026-01-03T10:22:31.456Z')).toBe('2026-01-03 10:22:31 UTC');
});
