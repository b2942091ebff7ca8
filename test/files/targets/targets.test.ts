import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatAddress } from '../../../src/model/address.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { listAddresses, parseTargetSpec, type RangeSpec } from '../../../src/files/targets/targets.js';
import { CODE_POINT } from '../../words/code-point.js';
import { expectWithin } from '../../protocols/hostile.js';

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
    ['192.0.2.6/31', '192.0.2.6', '192.0.2.7', 2],
    ['192.0.2.7/32', '192.0.2.7', '192.0.2.7', 1],
    ['10.0.0.0/8', '10.0.0.0', '10.255.255.255', 2 ** 24],
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
    '192.0.2.1:0',
    '192.0.2.1:65536',
    'pbx.example.net/24',
    'http://user@pbx.example.net/',
    'http://192.0.2.1@pbx.example.net/',
    'http://',
    '"',
    '"pbx"',
    'http://pbx/',
    '(192.0.2.300)',
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

  test.each([
    ['192.0.2.7,', '192.0.2.7', 'is read as 192.0.2.7'],
    ['192.0.2.7.', '192.0.2.7', 'is read as 192.0.2.7'],
    ['“192.0.2.7”', '192.0.2.7', 'is read as 192.0.2.7'],
    ['„192.0.2.7“;', '192.0.2.7', 'is read as 192.0.2.7'],
    ['"192.0.2.0/24"', '192.0.2.0/24', 'is read as 192.0.2.0/24'],
    ['(<192.0.2.7>)', '192.0.2.7', 'is read as 192.0.2.7'],
    ['\u200b192.0.\u200b2.7\u200e', '192.0.2.7', 'is read as 192.0.2.7'],
    ['192.0.2.7/', '192.0.2.7', 'is read as 192.0.2.7'],
    ['http://192.0.2.7/', '192.0.2.7', 'is read as 192.0.2.7'],
    ['https://192.0.2.7/login?next=/#top', '192.0.2.7', 'is read as 192.0.2.7'],
    ['“HTTP://[2001:db8::1]:8080/”', '[2001:db8::1]', 'is read as [2001:db8::1]; port 8080 is checked only if'],
    ['192.0.2.7:8000', '192.0.2.7', 'is read as 192.0.2.7; port 8000 is checked only if'],
    ['[::1]:5060', '[::1]', 'is read as [::1]; port 5060 is checked only if'],
    ['pbx.example.net:80', 'pbx.example.net', 'is read as pbx.example.net; port 80 is checked only if'],
    ['sip://pbx.example.net', 'pbx.example.net', 'is read as pbx.example.net'],
    ['192.0.2.1–5', '192.0.2.1-5', 'is read as 192.0.2.1-5'],
    ['192.0.2.1 - 192.0.2.5', '192.0.2.1-192.0.2.5', 'is read as 192.0.2.1-192.0.2.5'],
  ])('%j is understood as %s, with a note', (pasted, text, note) => {
    const { note: given, ...spec } = parseTargetSpec(pasted);
    expect(given).toContain(`"${pasted.replaceAll('"', '\\"')}" ${note}`);
    expect(spec).toEqual(parseTargetSpec(text));
  });

  test('a mask with host bits is offered both readings as well', () => {
    expect(() => parseTargetSpec('203.0.113.7/255.255.255.0')).toThrow(
      '"203.0.113.7/24" can be read in two ways: write 203.0.113.7 for this address alone, or 203.0.113.0/24 for all',
    );
  });

  test('what stands around a network does not hide its host bits', () => {
    expect(() => parseTargetSpec('“192.0.2.7/24”,')).toThrow('"192.0.2.7/24" can be read in two ways');
  });

  test.each([
    ['203,0,113,7', '203.0.113.7'],
    ['203.0.113,7', '203.0.113.7'],
    ['203..0.113.7', '203.0.113.7'],
    ['203.0 .113.7', '203.0.113.7'],
    ['203.O.113.7', '203.0.113.7'],
    ['http://198.51.100.1@203.0.113.7/', '203.0.113.7'],
    ['192.168.077.020', '192.168.77.20'],
    ['２０３.0.113.7', '203.0.113.7'],
    ['203。0。113。7', '203.0.113.7'],
    ['203[.]0[.]113[.]7', '203.0.113.7'],
    ['hxxp://203[.]0[.]113[.]7/', '203.0.113.7'],
    ['203.0.113.7 (Müller)', '203.0.113.7'],
    ['IP:203.0.113.7', '203.0.113.7'],
    ['203.0.113.7/index.html', '203.0.113.7'],
    ['203.0.113.0/255.255.255.0', '203.0.113.0/24'],
    ['203.0.113.*', '203.0.113.0/24'],
    ['203.0.113.7:0', '203.0.113.7'],
    ['sip:100@pbx.example.net', 'pbx.example.net'],
    ['pbx.example.net/24', 'pbx.example.net'],
  ])('%j is refused, and %s offered', (text, meant) => {
    expect(() => parseTargetSpec(text)).toThrow(`(did you mean "${meant}"?)`);
    expect(parseTargetSpec(meant)).toMatchObject({ text: meant });
  });

  test.each(['192.0.2.5-1', '192.0.2.0/33', '192.0.2.1-256', '192.0.2.256', '1.2.3', 'a b', 'foo..example.net'])(
    'nothing is offered for %s',
    (text) => {
      expect(() => parseTargetSpec(text)).not.toThrow('did you mean');
      expect(() => parseTargetSpec(text)).toThrow(InputError);
    },
  );

  test('several targets in one are told apart', () => {
    expect(() => parseTargetSpec('192.0.2.1, pbx.example.net;2001:db8::1')).toThrow(
      'is several targets: give each by itself: 192.0.2.1, pbx.example.net and 2001:db8::1',
    );
  });

  test('an error tells the place and the text', () => {
    const place = { file: 'sites.txt', line: 3, column: 5 };
    expect(() => parseTargetSpec('10.0.0', place)).toThrow(/^sites\.txt:3:5: "10\.0\.0" /);
  });

  test.each([
    ['192.0.2.7/24', 'write 192.0.2.7 for this address alone, or 192.0.2.0/24 for all 256 addresses of its network'],
    ['192.0.2.7/31', 'write 192.0.2.7 for this address alone, or 192.0.2.6/31 for all 2 addresses of its network'],
    ['2001:db8::5/64', 'write 2001:db8::5 for this address alone, or 2001:db8::/64 for its whole network'],
    ['::ffff:192.0.2.7/120', 'write ::ffff:192.0.2.7 for this address alone, or ::ffff:192.0.2.0/120 for all 256 add'],
    ['10.1.2.3/0', 'write 10.1.2.3 for this address alone, or 0.0.0.0/0 for its whole network'],
  ])('%s could be one address or many: both readings are offered', (text, readings) => {
    expect(() => parseTargetSpec(text)).toThrow(`"${text}" can be read in two ways: ${readings}`);
  });

  test('gives a spec or an InputError for any text', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: CODE_POINT }), fc.stringMatching(/^[0-9a-fx.:/[\]-]{0,40}$/));
    fc.assert(
      fc.property(text, (given) => {
        try {
          const spec = parseTargetSpec(given);
          if (spec.kind === 'range') expect(spec.count).toBe(spec.last - spec.first + 1n);
          else expect(spec.name).toMatch(/^[a-z0-9_.-]{1,253}$/);
          // What was understood is a target by itself, and means the same.
          expect(parseTargetSpec(spec.text)).toEqual({ ...spec, note: undefined });
          expect(spec.count > 0n).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('any text around a target is understood the same or refused, and never more widely', () => {
    const around = fc.string({ unit: fc.constantFrom(...'"“”(),;./ \u200b\u00a0<>'), maxLength: 8 });
    const octet = fc.nat(255);
    fc.assert(
      fc.property(around, around, octet, octet, (before, after, c, d) => {
        const address = `198.51.${c}.${d}`;
        try {
          expect(ends(before + address + after)).toEqual([address, address, 1]);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('the longest text takes no longer than it should', () => {
    for (const unit of ['"', '1', '0', '.', '1.', ':', '/', '(', '\u200b', 'a@', '[', ' ', '0.', 'a.a ', '-', ',0']) {
      const parse = () => parseTargetSpec(`!${unit.repeat(512)}`.slice(0, 511));
      expectWithin(2_000, () => expect(parse).toThrow(InputError));
    }
  });

  test('ranges and networks round-trip', () => {
    const value = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n });
    const write = (v: bigint) => formatAddress({ family: 4, value: v });
    fc.assert(
      fc.property(value, value, fc.integer({ min: 0, max: 32 }), (a, b, bits) => {
        const [first, last] = a < b ? [a, b] : [b, a];
        expect(range(`${write(first)}-${write(last)}`)).toMatchObject({ first, last });
        const count = 1n << BigInt(32 - bits);
        const start = (a / count) * count;
        expect(range(`${write(start)}/${bits}`)).toMatchObject({ first: start, last: start + count - 1n, count });
        if (start !== a) expect(() => range(`${write(a)}/${bits}`)).toThrow(`${write(start)}/${bits} for `);
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
