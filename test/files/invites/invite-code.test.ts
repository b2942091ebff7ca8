import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCode, parseCode, renderCode } from '../../../src/files/invites/invite-code.js';
import { CODE_POINT } from '../../words/code-point.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codes = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 8, maxLength: 8 });

describe('a code', () => {
  test('is made of 40 random bits', () => {
    const made = Array.from({ length: 2_000 }, createCode);
    expect(new Set(made).size).toBe(made.length);
    // Each sign of the alphabet comes up, at the first place and at the last.
    for (const place of [0, 7]) expect(new Set(made.map((code) => code[place])).size).toBe(32);
    for (const code of made) expect(parseCode(renderCode(code))).toBe(code);
  });

  test.each(['K7QM-2XPA', 'k7qm2xpa', ' k7qm 2xpa ', 'K7QM\u20132XPA', 'K.7-Q_M\u00a02XPA', '\uff2b7QM\u22122XPA'])(
    'is read from %j',
    (typed) => {
      expect(parseCode(typed)).toBe('K7QM2XPA');
    },
  );

  test('is read however it is written, with O for 0, I and L for 1', () => {
    const spellings = (sign: string) => {
      const others: Readonly<Record<string, string[]>> = { 0: ['o', 'O'], 1: ['i', 'I', 'l', 'L'] };
      return fc.constantFrom(sign, sign.toLowerCase(), ...(others[sign] ?? []));
    };
    const between = fc.constantFrom('', ' ', '-', '\u2014', '.');
    const typed = codes.chain((code) =>
      fc
        .tuple(...[...code].map((sign) => fc.tuple(between, spellings(sign))))
        .map((parts) => ({ code, text: parts.flat().join('') })),
    );
    fc.assert(fc.property(typed, ({ code, text }) => expect(parseCode(text)).toBe(code)));
  });

  test.each(['', 'K7QM-2XP', 'K7QM-2XPAA', 'U7QM-2XPA', 'K7QM/2XPA', `${'-'.repeat(60)}K7QM2XPA`, '../../../etc'])(
    'is not read from %j',
    (typed) => {
      expect(parseCode(typed)).toBeNull();
    },
  );

  test('is never read from what is none', () => {
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT }), (typed) => {
        const code = parseCode(typed);
        if (code !== null) expect(code).toMatch(new RegExp(`^[${ALPHABET}]{8}$`));
      }),
    );
  });
});
