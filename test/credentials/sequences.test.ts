import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsDate, holdsKeyboardPath, holdsYear, isDayAndMonth } from '../../src/credentials/common.js';
import { holdsKeypadFigure, spellOnKeypad } from '../../src/credentials/keypad.js';
import {
  countMostFrequent,
  holdsRun,
  holdsSameInRow,
  holdsSteadyDigits,
  isBlockRepeated,
  isMirrored,
  measureRepeat,
  measureRun,
  reverse,
} from '../../src/credentials/runs.js';
import { holdsEndOfPhone, holdsExtension, holdsPhone } from '../../src/credentials/shared-rules.js';
import { foldText, holdsSpelledWord, holdsWord, listWords, resemblesOther } from '../../src/credentials/words.js';
import { textArbitrary } from './contexts.js';

const select = (texts: string, holds: (text: string) => boolean) => texts.split(' ').filter(holds).join(' ');

describe('runs', () => {
  test('go up or down by one, over zero too', () => {
    const texts = '123 321 890 901 098 abc CbA 1234 x345x 124 135 1a2 za 9:; yza 111 12';
    expect(select(texts, (text) => holdsRun(text, 3))).toBe('123 321 890 901 098 abc CbA 1234 x345x');
  });

  test('steady digits go by any step but none', () => {
    expect(select('2468 9630 1470 1357 8642 5050 1234 1111 1246 246 ace9 aceg', holdsSteadyDigits)).toBe(
      '2468 9630 1470 1357 8642 5050 1234',
    );
  });

  test('of a text backwards are those of the text', () => {
    fc.assert(fc.property(textArbitrary, (text) => expect(holdsRun(reverse(text), 3)).toBe(holdsRun(text, 3))));
  });

  test('are measured within the text', () => {
    expect(['345x', '1', '', '19', 'ab'].map((text) => measureRun(text, 0))).toEqual([3, 1, 1, 1, 2]);
  });
});

describe('repeats', () => {
  test('in a row, in all, of blocks and mirrored', () => {
    expect(select('aab aAb aba 112 121', (text) => holdsSameInRow(text, 2))).toBe('aab aAb 112');
    expect(['', 'a', 'aba', '1231'].map(countMostFrequent)).toEqual([0, 1, 2, 2]);
    expect(select('1212 abcabc abcabca AbaB 11 1231 1221 12 1', isBlockRepeated)).toBe('1212 abcabc abcabca AbaB 11');
    expect(select('1221 abcba Abba 1212 12 1', isMirrored)).toBe('1221 abcba Abba');
  });

  test('a text twice is a block repeated, a text and its reverse are mirrored', () => {
    const text = fc.string({ minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, (block) => {
        expect(isBlockRepeated(block + block)).toBe(true);
        expect(isMirrored(block + reverse(block))).toBe(true);
        expect(measureRepeat(block + block, block.length)).toBe(block.length);
      }),
    );
  });
});

describe('the keypad', () => {
  test('has lines, walks, boxes and crosses', () => {
    const figures = '2580 0852 147 741 159 753 369 *0# 1379 1397 7913 1254 1478 2684 4268 5798';
    expect(select(figures, holdsKeypadFigure)).toBe(figures.replace(' 5798', ''));
    expect(select('7304 2905 8130 16 61 191 1a47 172 4096', holdsKeypadFigure)).toBe('');
  });

  test('a figure backwards is one', () => {
    const keys = fc.array(fc.constantFrom(...'0123456789*#'), { maxLength: 8 }).map((list) => list.join(''));
    fc.assert(fc.property(keys, (text) => expect(holdsKeypadFigure(reverse(text))).toBe(holdsKeypadFigure(text))));
  });

  test('spells words', () => {
    expect(['love', 'PQRSTUV', 'z', "d'or 9", ''].map(spellOnKeypad)).toEqual(['5683', '7777888', '9', '367', '']);
    expect(select('3368 5683 0336 7304', (text) => holdsSpelledWord(text, ['dental', 'nec']))).toBe('3368');
    expect(holdsSpelledWord('9632', ['nec'])).toBe(true);
  });
});

test('a keyboard has rows and columns, both ways', () => {
  expect(select('qwer REWQ xasdfx 1qaz zaq1 7890 qazw qwe asd!', (text) => holdsKeyboardPath(text, 4))).toBe(
    'qwer REWQ xasdfx 1qaz zaq1 7890',
  );
});

test('years and dates', () => {
  expect(select('1900 2099 x1987x 1899 2100 1987', holdsYear)).toBe('1900 2099 x1987x 1987');
  expect(select('3112 1231 2902 0229 3002 0015 1300 12310 123', isDayAndMonth)).toBe('3112 1231 2902 0229');
  expect(select('311287 871231 123187 31121987 453245 999999 31128', holdsDate)).toBe('311287 871231 123187 31121987');
});

test('extension numbers', () => {
  const holds =
    (...extensions: string[]) =>
    (text: string) =>
      holdsExtension(text, extensions);
  expect(select('1040 0104 7104 4017 1054 0401', holds('104'))).toBe('1040 0104 7104 4017 0401');
  expect(select('2020 2000 0200 0020 2120 7203', holds('20'))).toBe('2020 2000 0200 0020');
  expect(select('5000 5050 5678', holds('5'))).toBe('5000 5050');
  expect(select('1043 0432 3401 1049', holds('10432'))).toBe('1043 0432 3401');
  expect(holdsExtension('1234', [])).toBe(false);
});

test('phone numbers', () => {
  const phones = ['12025550143'];
  expect(select('0143 3410 2025 5550 7143 0142', (text) => holdsPhone(text, phones))).toBe('0143 3410 2025 5550');
  expect(select('0143 7143 1437 3410', (text) => holdsEndOfPhone(text, phones))).toBe('0143 7143 1437');
});

describe('words', () => {
  test('are found in other spellings', () => {
    const texts = 'Password xP4$$w0rDx pa55word l0gin LOG1N pass-word';
    expect(select(texts, (text) => holdsWord(text, ['password', 'login'].map(foldText)))).toBe(
      'Password xP4$$w0rDx pa55word l0gin LOG1N',
    );
  });

  test('of names have three letters or digits, and no accents', () => {
    expect(listWords(['Müller & Söhne, Co', 'ABC-3M', '2024 42nd', ''])).toEqual(['muller', 'sohne', 'abc', '42nd']);
  });

  test('a name is found in a text that holds it', () => {
    const name = fc.stringMatching(/^[a-zA-Z]{3,12}$/);
    fc.assert(
      fc.property(name, fc.string(), fc.string(), (word, before, after) => {
        expect(holdsWord(before + word + after, listWords([word]).map(foldText))).toBe(true);
        expect(foldText(word)).toHaveLength(word.length);
      }),
    );
  });

  test('another credential, whole or in part', () => {
    expect(select('Abcd xABCDx bc xyz', (text) => resemblesOther(text, ['aBcD']))).toBe('Abcd xABCDx bc');
  });
});
