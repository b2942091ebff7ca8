import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forJson, forTerminal, forTerminalLine } from '../../src/words/escape.js';
import { displayWidth } from '../../src/words/layout.js';
import { anyText, isHarmful } from '../reports/report-arbitrary.js';
import { hostileText } from '../reports/sample-reports.js';

describe('forTerminal', () => {
  test.each([
    ['\x1b[2J', '\\x1b[2J'],
    ['\x00\x07\x08', '\\x00\\x07\\x08'],
    ['a\tb\r\nc', 'a\\tb\\r\\nc'],
    ['\x7f\x9b31m', '\\x7f\\x9b31m'],
    ['\u202eevil\u2066\u200f', '\\u{202e}evil\\u{2066}\\u{200f}'],
    ['a\u200bb\u00adc\ufeff', 'a\\u{200b}b\\xadc\\u{feff}'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800x\udc00', '\\u{d800}x\\u{dc00}'],
    ['e\u0301\u0301\u0301\u0301\u0301\u0301', 'e\u0301\u0301\u0301\u0301\\u{0301}\\u{0301}'],
  ])('%j becomes visible', (text, shown) => {
    expect(forTerminal(text)).toBe(shown);
  });

  test.each([
    'NEC SL2100/2.1 "quoted" \\x1b <b>&amp;',
    'Zürich naïve ångström – “quoted”…',
    '電話交換機 PBX 한국어 ไทย عربي עברית',
    'cafe\u0301 😀 ✔ €',
  ])('%j stays', (text) => {
    expect(forTerminal(text)).toBe(text);
  });

  test('nothing harmful comes out of any text', () => {
    fc.assert(fc.property(anyText(400), (text) => !Array.from(forTerminal(text)).some(isHarmful)));
  });

  test('printable ASCII is never changed', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => forTerminal(text) === text));
  });
});

describe('forTerminalLine', () => {
  test('is cut with an ellipsis only where it must be', () => {
    expect(forTerminalLine('abcdef', 6)).toBe('abcdef');
    expect(forTerminalLine('abcdefg', 6)).toBe('abcde…');
    expect(forTerminalLine('電話交換', 6)).toBe('電話…');
    expect(forTerminalLine('\x1b\x1b', 6)).toBe('\\x1b\\…');
  });

  test('never takes more columns than allowed', () => {
    fc.assert(
      fc.property(anyText(400), fc.integer({ min: 1, max: 90 }), (text, max) => {
        expect(displayWidth(forTerminalLine(text, max))).toBeLessThanOrEqual(max);
      }),
    );
  });
});

describe('forJson', () => {
  test('parses to the same value and shows nothing harmful', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText(40), anyText(200)), (value) => {
        const text = forJson(JSON.stringify(value));
        expect(JSON.parse(text)).toEqual(value);
        expect(Array.from(text).filter(isHarmful)).toEqual([]);
      }),
    );
  });

  test('escapes by UTF-16 code unit', () => {
    expect(forJson(JSON.stringify('\x9b\u202e\u{e0041}\x7f'))).toBe('"\\u009b\\u202e\\udb40\\udc41\\u007f"');
    expect(JSON.parse(forJson(JSON.stringify(hostileText)))).toBe(hostileText);
  });

  test('keeps the line breaks of the layout', () => {
    expect(forJson(JSON.stringify({ a: 1 }, null, 2))).toBe('{\n  "a": 1\n}');
  });
});
