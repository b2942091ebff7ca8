import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, makeWellFormed } from '../../src/evidence/canonical-json.js';
import { parseExactJson } from '../../src/evidence/exact-json.js';
import { CODE_POINT } from '../words/code-point.js';

const anyText = fc.string({ unit: CODE_POINT, maxLength: 12 });
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    anyText,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 6 }),
  ),
})).value;

describe('canonicalJson', () => {
  // RFC 8785 §3.2.2 and §3.2.3, with what they come to.
  test.each([
    [
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    [
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ],
  ])('%#: as RFC 8785 shows it', (given, canonical) => {
    expect(canonicalJson(JSON.parse(given))).toBe(canonical);
  });

  // RFC 8785 appendix B.
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555556', '333333333.3333334'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('the number %s is written %s', (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });

  test.each<[string, unknown]>([
    ['NaN', NaN],
    ['an infinity', [Infinity]],
    ['a lone high surrogate', { a: 'x\ud800' }],
    ['a lone low surrogate in a key', { '\udc00': 1 }],
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
    ['a hole in a list', new Array(1)],
    ['a function', { a: () => 1 }],
    ['a bigint', 1n],
    ['501 levels', JSON.parse('['.repeat(501) + ']'.repeat(501))],
    ['100,000 levels', JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))],
  ])('refuses %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test('takes 500 levels, and leaves out properties that are undefined', () => {
    expect(canonicalJson(JSON.parse('['.repeat(500) + ']'.repeat(500)))).toHaveLength(1000);
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  test('parses to the same value, and is the same again whatever the order and the layout', () => {
    fc.assert(
      fc.property(anyJson, fc.integer({ min: 0, max: 4 }), (value, indent) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(JSON.parse(JSON.stringify(turn(value), null, indent)))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  test('differs if the value differs', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (a, b) => {
        const same = JSON.stringify(sort(a)) === JSON.stringify(sort(b));
        expect(canonicalJson(a) === canonicalJson(b)).toBe(same);
      }),
    );
  });
});

test('makeWellFormed takes out lone surrogates and nothing else', () => {
  expect(makeWellFormed({ a: ['x\ud83d', '\ude00y', '😀', '\\ud83d'] })).toEqual({
    a: ['x\ufffd', '\ufffdy', '😀', '\\ud83d'],
  });
  const anyUnits = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });
  fc.assert(fc.property(anyUnits, (text) => canonicalJson(makeWellFormed([text])) !== ''));
  fc.assert(fc.property(anyJson, (value) => expect(makeWellFormed(value)).toEqual(JSON.parse(JSON.stringify(value)))));
});

describe('parseExactJson', () => {
  test('gives what JSON.parse gives, for all that has each key once', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '[{"b":{"verdict":"violation","x":[],"verdict" \n :"compliant"}}]',
    '{"__proto__":1,"__proto__":2}',
    '{"a":"\\\\","a":1}',
  ])('refuses %s, which two readers read differently', (text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });

  test.each(['{"a":": \\"b\\":","__proto__":{"a":1}}', '["a",":"]', '{"a":{"a":{"a":"a"}}}', '1'])(
    'takes %s',
    (text) => {
      expect(JSON.stringify(parseExactJson(text))).toBe(JSON.stringify(JSON.parse(text)));
    },
  );

  test('is quick with long texts and deep nesting', () => {
    const long = JSON.stringify({ a: '\\"'.repeat(2_000_000) });
    expect(parseExactJson(long)).toEqual(JSON.parse(long));
    expect(() => parseExactJson('['.repeat(200_000) + ']'.repeat(200_000))).not.toThrow();
  });
});

/** The same value with the keys of its objects the other way round. */
function turn(value: unknown): unknown {
  return rebuild(value, (entries) => entries.reverse());
}

function sort(value: unknown): unknown {
  return rebuild(value, (entries) => entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Entries = [string, unknown][];

function rebuild(value: unknown, order: (entries: Entries) => Entries): unknown {
  if (Array.isArray(value)) return value.map((item) => rebuild(item, order));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, rebuild(item, order)]);
  return Object.fromEntries(order(entries));
}
