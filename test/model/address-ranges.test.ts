import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatAddress } from '../../src/model/address.js';
import {
  countAddresses,
  findOverlaps,
  isWithin,
  mergeRanges,
  parseCidr,
  parseNetwork,
  rangesContain,
  subtractRanges,
  unmapRange,
  type AddressRange,
} from '../../src/model/address-ranges.js';

const smallRange = fc
  .tuple(fc.constantFrom(4 as const, 6 as const), fc.nat(200), fc.nat(40))
  .map(([family, first, size]): AddressRange => ({ family, first: BigInt(first), last: BigInt(first + size) }));

const members = (ranges: readonly AddressRange[]) =>
  new Set(
    ranges.flatMap(({ family, first, last }) =>
      Array.from({ length: Number(last - first) + 1 }, (_, i) => `${family}/${first + BigInt(i)}`),
    ),
  );

test('mergeRanges keeps the members, in order and apart', () => {
  fc.assert(
    fc.property(fc.array(smallRange), (ranges) => {
      const merged = mergeRanges(ranges);
      expect(members(merged)).toEqual(members(ranges));
      expect(countAddresses(merged)).toBe(BigInt(members(ranges).size));
      for (const [i, range] of merged.entries()) {
        const next = merged[i + 1];
        if (next?.family === range.family) expect(next.first > range.last + 1n).toBe(true);
      }
    }),
  );
});

test('subtractRanges and rangesContain agree with sets', () => {
  fc.assert(
    fc.property(smallRange, fc.array(smallRange), (range, holes) => {
      const merged = mergeRanges(holes);
      const excluded = members(holes);
      const left = [...members([range])].filter((member) => !excluded.has(member));
      expect([...members(subtractRanges(range, merged))]).toEqual(left);
      for (const value of [range.first, range.last]) {
        const text = formatAddress({ family: range.family, value });
        expect(rangesContain(merged, text)).toBe(excluded.has(`${range.family}/${value}`));
      }
    }),
  );
});

test('unmapRange leaves no second spelling of an IPv4 address', () => {
  expect(unmapRange(parseCidr('::ffff:192.0.2.0/120')!)).toEqual(parseCidr('192.0.2.0/24'));
  expect(unmapRange(parseCidr('2001:db8::/32')!)).toEqual(parseCidr('2001:db8::/32'));
  expect(unmapRange(parseCidr('::/0')!)).toEqual(parseCidr('::/0'));
  expect(unmapRange({ family: 6, first: 1n, last: 0xffff_c000_0200n })).toBeUndefined();
});

test('parseCidr takes all that a network holds, whatever its host bits', () => {
  expect(parseCidr('192.0.2.130/25')).toEqual({ family: 4, first: 0xc000_0280n, last: 0xc000_02ffn });
  expect(parseCidr('0.0.0.0/0')).toEqual({ family: 4, first: 0n, last: 0xffff_ffffn });
  expect(parseCidr('2001:db8::5/128')).toEqual(parseNetwork('2001:db8::5'));
  for (const text of [
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/08',
    '192.0.2.0',
    '::/129',
    '::ffff:0:0/95',
    'x/8',
    '/8',
  ]) {
    expect(parseCidr(text)).toBeUndefined();
  }
  const address = fc.oneof(
    fc.tuple(fc.constant(4 as const), fc.bigInt({ min: 0n, max: 0xffff_ffffn }), fc.nat(32)),
    fc.tuple(fc.constant(6 as const), fc.bigInt({ min: 1n << 64n, max: (1n << 128n) - 1n }), fc.nat(128)),
  );
  fc.assert(
    fc.property(address, ([family, value, length]) => {
      const { first, last } = parseCidr(`${formatAddress({ family, value })}/${length}`)!;
      const bits = BigInt((family === 4 ? 32 : 128) - length);
      expect([first >> bits, last >> bits]).toEqual([value >> bits, value >> bits]);
      expect(last - first + 1n).toBe(1n << bits);
    }),
  );
});

test('isWithin takes networks and single addresses, in either spelling', () => {
  const networks = ['192.0.2.0/24', '::ffff:198.51.100.0/120', '203.0.113.7', '2001:db8::/32', 'nonsense'];
  const inside = ['192.0.2.255', '::ffff:192.0.2.1', '198.51.100.9', '203.0.113.7', '2001:db8:ffff::1'];
  expect(inside.filter((address) => !isWithin(address, networks))).toEqual([]);
  const outside = ['192.0.3.0', '198.51.101.0', '203.0.113.8', '2001:db9::', 'nonsense', ''];
  expect(outside.filter((address) => isWithin(address, networks))).toEqual([]);
});

test('findOverlaps finds a range that overlaps another wherever there is one', () => {
  fc.assert(
    fc.property(fc.array(smallRange), (ranges) => {
      const overlaps = findOverlaps(ranges);
      for (const [one, two] of overlaps) expect(subtractRanges(two, [one])).not.toEqual([two]);
      const touched = ranges.length - overlaps.length;
      const alone = mergeRanges(ranges).length;
      // Ranges that only touch are merged, and do not overlap.
      expect(touched).toBeGreaterThanOrEqual(alone);
      expect(overlaps.length > 0).toBe(
        BigInt(members(ranges).size) < ranges.reduce((n, { first, last }) => n + last - first + 1n, 0n),
      );
    }),
  );
});
