import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatAddress } from '../../../src/model/address.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { listAddresses, parseTargetSpec, type RangeSpec } from '../../../src/files/targets/targets.js';
import { CODE_POINT } from '../../words/code-point.js';

const range = (text: string): RangeSpec => {
  const spec = parseTargetSpec(text);
  if (spec.kind !== 'range') throw new Error(`${text} is a name`);
  return spec;
};
const ends = (text: string) => {
  const { family, first, last, count } = range(text);
  return [formatAddress({ family, value: first }), formatAddress({ family, value: last }), Number(count)];
};

describe('parseTargetSpec', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', '192.0.2.1', 1],
    [' 192.0.2.1 ', '192.0.2.1', '192.0.2.1', 1],
    ['2001:DB8::1', '2001:db8::1', '2001:db8::1', 1],
    ['[2001:db8::1]', '2001:db8::1', '2001:db8::1', 1],
    ['192.0.2.0/24', '192.0.2.0', '192.0.2.255', 256],
    ['192.0.2.7/31', '192.0.2.6', '192.0.2.7', 2],
    ['192.0.2.7/32', '192.0.2.7', '192.0.2.7', 1],
    ['10.1.2.3/8', '10.0.0.0', '10.255.255.255', 2 ** 24],
    ['2001:db8::/64', '2001:db8::', '2001:db8::ffff:ffff:ffff:ffff', 2 ** 64],
    ['192.0.2.1-5', '192.0.2.1', '192.0.2.5', 5],
    ['192.0.2.250-192.0.3.5', '192.0.2.250', '192.0.3.5', 12],
    ['2001:db8::1-2001:db8::10', '2001:db8::1', '2001:db8::10', 16],
    ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1', 1],
    ['::ffff:192.0.2.0/120', '192.0.2.0', '192.0.2.255', 256],
  ])('%s is %s to %s', (text, first, last, count) => {
    expect(ends(text)).toEqual([first, last, count]);
  });

  test.each([
    ['pbx.example.net', 'pbx.example.net'],
    ['PBX.Example.NET.', 'pbx.example.net'],
    ['localhost', 'localhost'],
    ['192-0-2-1.dyn.example.net', '192-0-2-1.dyn.example.net'],
    ['my_router.example.net', 'my_router.example.net'],
    ['bücher.example', 'xn--bcher-kva.example'],
  ])('%s is the name %s', (text, name) => {
    expect(parseTargetSpec(text)).toMatchObject({ kind: 'name', name, text, count: 1n });
  });

  test.each([
    '',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '010.0.0.1',
    '1.2.3',
    '192.0.2.256',
    '１２７.0.0.1',
    '192.0.2.5-1',
    '192.0.2.1-256',
    '192.0.2.1-05',
    '192.0.2.1-2001:db8::1',
    '192.0.2.1-5-9',
    '192.0.2.*',
    '192.0.2.0/33',
    '192.0.2.0/08',
    '192.0.2.0/-1',
    '2001:db8::/129',
    '[192.0.2.1]',
    '[::1',
    '[::1]:5060',
    '192.0.2.1:80',
    'pbx.example.net:80',
    'pbx.example.net/24',
    'http://pbx.example.net/',
    'fe80::1%eth0',
    'foo..example.net',
    '-foo.example.net',
    `${'a'.repeat(64)}.example.net`,
    `${'a.'.repeat(127)}example`,
    'a b',
    '::1-::ffff:192.0.2.1',
    'x'.repeat(100_000),
  ])('%p is refused', (text) => {
    expect(() => parseTargetSpec(text)).toThrow(InputError);
  });

  test('an error tells the place and the text', () => {
    const place = { file: 'sites.txt', line: 3, column: 5 };
    expect(() => parseTargetSpec('10.0.0', place)).toThrow(/^sites\.txt:3:5: "10\.0\.0" /);
  });

  test('gives a spec or an InputError for any text', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: CODE_POINT }), fc.stringMatching(/^[0-9a-fx.:/[\]-]{0,40}$/));
    fc.assert(
      fc.property(text, (given) => {
        try {
          const spec = parseTargetSpec(given);
          if (spec.kind === 'range') expect(spec.count).toBe(spec.last - spec.first + 1n);
          else expect(spec.name).toMatch(/^[a-z0-9_.-]{1,253}$/);
          expect(spec.count > 0n).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('ranges and networks round-trip', () => {
    const value = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n });
    const write = (v: bigint) => formatAddress({ family: 4, value: v });
    fc.assert(
      fc.property(value, value, fc.integer({ min: 0, max: 32 }), (a, b, bits) => {
        const [first, last] = a < b ? [a, b] : [b, a];
        expect(range(`${write(first)}-${write(last)}`)).toMatchObject({ first, last });
        const network = range(`${write(a)}/${bits}`);
        expect(network.first <= a && a <= network.last).toBe(true);
        expect(network.count).toBe(1n << BigInt(32 - bits));
      }),
    );
  });
});

test('listAddresses is lazy and in order', () => {
  expect([...listAddresses(range('192.0.2.254-192.0.3.1'))]).toEqual([
    '192.0.2.254',
    '192.0.2.255',
    '192.0.3.0',
    '192.0.3.1',
  ]);
  expect(listAddresses(range('2001:db8::/32')).next().value).toBe('2001:db8::');
});
