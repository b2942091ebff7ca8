import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CredentialContext, CredentialKindId } from '../../src/credentials/credential-kind.js';
import { estimateBits } from '../../src/credentials/estimate-bits.js';
import { judgeCredential } from '../../src/credentials/judge-credential.js';
import { CREDENTIAL_KINDS } from '../../src/credentials/registry.js';
import { contextArbitrary, NOTHING_KNOWN, SITE, textArbitrary } from './contexts.js';

const kinds = Object.values(CREDENTIAL_KINDS).map((kind) => [kind.id, kind] as const);
const rulesOf = (id: CredentialKindId, credential: string, context: CredentialContext = NOTHING_KNOWN) =>
  judgeCredential(CREDENTIAL_KINDS[id], credential, context).problems.map(({ rule }) => rule);

describe('installer names', () => {
  test.each([
    ['kR7#mpVx', []],
    ['kR7#mpVxq2', []],
    ['kR7#mpVxq2w', ['too-long']],
    ['kR7#mp', ['too-short']],
    ['kr7#mpvxq', ['classes']],
    ['KR7#MPVXQ', ['classes']],
    ['kR7ampVxq', ['classes']],
    ['kR7# mpVxq', ['characters']],
    ['kR7#mpVxé', ['characters']],
    ['kR7#mabcV', ['sequence']],
    ['kR#asdfVx', ['sequence', 'common']],
    ['kR7#aaAVx', ['repeats']],
    ['kR7#kR7#k', ['repeats']],
    ['T3ch#kRm7', ['common']],
    ['1nsta!lerX', ['common']],
  ])('%s: %j', (name, rules) => {
    expect(rulesOf('installer-name', name)).toEqual(rules);
  });

  test.each([
    ['kR#d3ntal', ['site-name']],
    ['Muller#7x', ['site-name']],
    ['kR#104mVx', ['extension']],
    ['kR#0143mV', ['phone']],
  ])('%s, at a site that is known: %j', (name, rules) => {
    expect(rulesOf('installer-name', name, SITE)).toEqual(rules);
  });
});

describe('installer passwords', () => {
  test.each([
    ['5#*68370', []],
    ['2*0375#9', []],
    ['5#*683704', ['too-long']],
    ['5#*6837', ['too-short']],
    ['5#*6837a', ['characters']],
    ['5#*6837０', ['characters']],
    ['5#*68350', ['repeats']],
    ['5*789#30', ['sequence', 'keypad']],
    ['#2468*05', ['sequence', 'keypad']],
    ['5#147*36', ['keypad']],
    ['#*198754', ['date']],
    ['*5#20743', ['date']],
    ['12345678', ['sequence', 'keypad', 'common']],
    ['00000000', ['repeats', 'common']],
  ])('%s: %j', (password, rules) => {
    expect(rulesOf('installer-password', password)).toEqual(expect.arrayContaining(rules));
    if (rules.length === 0) expect(rulesOf('installer-password', password)).toEqual([]);
  });

  test('numbers and names of the site', () => {
    expect(rulesOf('installer-password', '5#*10483', SITE)).toEqual(['extension']);
    expect(rulesOf('installer-password', '5#*0143#', SITE)).toContain('phone');
    // "Exam" on the keypad.
    expect(rulesOf('installer-password', '*3926#58', SITE)).toContain('site-name');
  });
});

describe('voicemail codes', () => {
  test.each([
    ['7304', []],
    ['9051', []],
    ['730', ['form']],
    ['73049', ['form']],
    ['73a4', ['form']],
    ['７３０４', ['form']],
    ['', ['form']],
    ['0000', ['repeats', 'common']],
    ['7730', ['repeats']],
    ['7073', []],
    ['7077', ['repeats']],
    ['9090', ['repeats']],
    ['5085', ['keypad']],
    ['1234', ['sequence']],
    ['4321', ['sequence']],
    ['8905', ['sequence']],
    ['2580', ['keypad']],
    ['1379', ['keypad']],
    ['1474', ['keypad']],
    ['1984', ['date']],
    ['2512', ['date']],
    ['5683', ['common']],
  ])('%s: %j', (code, rules) => {
    expect(rulesOf('voicemail-code', code)).toEqual(expect.arrayContaining(rules));
    if (rules.length === 0) expect(rulesOf('voicemail-code', code)).toEqual([]);
  });

  test.each([
    ['1040', ['extension']],
    ['0143', ['phone']],
    ['7143', ['phone']],
    ['3368', ['site-name']],
  ])('%s, at a site that is known: %j', (code, rules) => {
    expect(rulesOf('voicemail-code', code)).not.toEqual(expect.arrayContaining(rules));
    expect(rulesOf('voicemail-code', code, SITE)).toEqual(expect.arrayContaining(rules));
  });

  test('half of all codes are left to choose from', () => {
    const codes = Array.from({ length: 10_000 }, (_, number) => String(number).padStart(4, '0'));
    const left = codes.filter((code) => rulesOf('voicemail-code', code, SITE).length === 0);
    expect(left.length).toBeGreaterThan(5_000);
    expect(left.length).toBeLessThan(6_500);
  });
});

describe('SIP passwords', () => {
  test.each([
    ['sX33mD8W9aLjm5y5vYir', []],
    ['sX7#mD8W9aLj$5q', ['too-short']],
    ['sX33mD8W:aLjm5y@vYir', ['fragile-characters']],
    ['sX33mD8W9aLjm5y5vYiré', ['characters']],
    ['sX33mD8W9aLjm5y5vYir\u0000', ['characters']],
    ['1234567890123456', ['too-weak']],
    ['aB1!aB1!aB1!aB1!', ['too-weak', 'repeats']],
    ['Password2024Password!', ['too-weak', 'common']],
    ['1qaz2wsx3edc4rfv5tgb', ['too-weak']],
    ['a1b2c3d4e5f6g7h8i9', ['too-weak']],
    ['1q2w3e4r5t6y7u8i9o0p', ['too-weak']],
    ['a2c4e6g8i0k2m4o6q8s0', ['too-weak']],
    ['z1w3t5q7n9k1h3e5b7y9', ['too-weak']],
    ['acegikmoqsuwyzvrnjfb', ['too-weak']],
    ['1Q2w3E4r5T6y7U8i9O0p', ['too-weak']],
    ['qpwoeirutyalskdjfhg', ['too-weak']],
    ['1z2x3c4v5b6n7m8,9.0-', ['too-weak', 'fragile-characters']],
    ['aqswdefrgthyjukilo', ['too-weak']],
    ['zse4rfvgy7ujmko0', ['too-weak']],
    ['FRITZbox7490Schmidt', ['too-weak']],
    ['Speedport724WMeier', ['too-weak']],
    ['Panasonic4711Bauer', ['too-weak']],
    ['Yealink-T46S-Empfang-2019', ['too-weak']],
    ['Schneider#1984#Kowalczyk', ['too-weak']],
    ['MarySmith-Ext104-Lobby!', ['too-weak']],
    ['MyDogRexIs7YearsOld!!', ['too-weak']],
    ['our garden is green now', ['too-weak', 'fragile-characters']],
    ['Kj8#pp4ssW0rd9Zq!vT2xL', ['common']],
  ])('%s: %j', (password, rules) => {
    expect(rulesOf('sip-password', password)).toEqual(rules);
  });

  test('numbers and names of the site, and other credentials', () => {
    expect(rulesOf('sip-password', 'sX33mD8W104Ljm5y5vYir', SITE)).toEqual(['extension']);
    expect(rulesOf('sip-password', 'sX33mD8W0255Ljm5yvYir', SITE)).toEqual(['phone']);
    expect(rulesOf('sip-password', 'sX33mDent4lW9Ljm5yvYirQ8', SITE)).toEqual(['site-name']);
    const others = ['SX33mD8W9aLjm5y5vYir'];
    expect(rulesOf('sip-password', 'sX33mD8W9aLjm5y5vYir', { ...SITE, others })).toEqual(['other-credential']);
  });

  test('a warning does not refuse', () => {
    expect(judgeCredential(CREDENTIAL_KINDS['sip-password'], 'sX33mD8W:aLjm5y@vYir', SITE)).toMatchObject({
      acceptable: true,
      problems: [{ rule: 'fragile-characters', level: 'warning' }],
      strength: 'fair',
    });
  });

  test('are estimated whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(textArbitrary, fc.constantFrom('İİİİİİ', 'İabcabcİİ', 'ẞ'.repeat(20))), (text) => {
        const bits = estimateBits(text, ['acme']);
        expect(bits >= 0 && Number.isFinite(bits)).toBe(true);
      }),
    );
  });

  test('are worth no more than their characters, and no more for a part that was there before', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aK3$xQ9mZ0'), minLength: 3, maxLength: 24 });
    fc.assert(
      fc.property(text, (part) => {
        const bits = estimateBits(`${part}-`, []);
        expect(bits).toBeLessThanOrEqual((part.length + 1) * Math.log2(33 * 4));
        expect(estimateBits(`${part}-${part}`, [])).toBeLessThan(bits + 8.001);
      }),
    );
  });
});

describe.each(kinds)('%s', (_id, kind) => {
  test('is judged for any text, and nothing of it is told', () => {
    const strengths = ['weak', 'fair', 'strong', undefined];
    fc.assert(
      fc.property(textArbitrary, contextArbitrary, (credential, context) => {
        const { acceptable, problems, strength, ...rest } = judgeCredential(kind, credential, context);
        // All that is told is fixed beforehand, so no part of a credential, nor of the context, is in it.
        for (const { rule, level, message } of problems) {
          const known = kind.rules.find(({ id }) => id === rule);
          expect({ level, message }).toEqual({ level: known?.level, message: known?.message });
        }
        expect(strengths).toContain(strength);
        expect(rest).toEqual({});
        expect(acceptable).toBe(problems.every(({ level }) => level !== 'refused'));
      }),
    );
  });

  test('what more is known never makes one acceptable', () => {
    fc.assert(
      fc.property(textArbitrary, contextArbitrary, (credential, context) => {
        const known = judgeCredential(kind, credential, context);
        const unknown = judgeCredential(kind, credential, NOTHING_KNOWN);
        expect(known.problems).toEqual(expect.arrayContaining([...unknown.problems]));
      }),
    );
  });

  test('other credentials of the run are refused', () => {
    fc.assert(
      fc.property(
        textArbitrary.filter((text) => text !== ''),
        (credential) => {
          const { problems } = judgeCredential(kind, credential, { ...NOTHING_KNOWN, others: [credential] });
          expect(problems.map(({ rule }) => rule)).toContain('other-credential');
        },
      ),
    );
  });
});
