import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatAddress } from '../../src/model/address.js';
import {
  countAddresses,
  mergeRanges,
  parseCidr,
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
