import { BlockList, isIP } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addressScope,
  formatAddress,
  parseAddress,
  rangeScopes,
  scopeOf,
  unmapAddress,
} from '../../src/model/address.js';

const ipv4Value = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n });
const ipv6Value = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });

describe('addressScope', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'reserved'],
    ['10.255.255.255', 'private'],
    ['11.0.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.64.0.0', 'cgnat'],
    ['100.127.255.255', 'cgnat'],
    ['100.128.0.0', 'public'],
    ['127.0.0.1', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['172.15.255.255', 'public'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['192.0.0.170', 'reserved'],
    ['192.0.2.1', 'documentation'],
    ['192.31.196.1', 'public'],
    ['192.88.99.1', 'reserved'],
    ['192.168.1.1', 'private'],
    ['198.17.255.255', 'public'],
    ['198.18.0.0', 'benchmarking'],
    ['198.19.255.255', 'benchmarking'],
    ['198.51.100.7', 'documentation'],
    ['203.0.113.7', 'documentation'],
    ['223.255.255.255', 'public'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.254', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::2', 'reserved'],
    ['100::1', 'reserved'],
    ['2001::1', 'reserved'],
    ['2001:2::1', 'benchmarking'],
    ['2001:2:1::1', 'reserved'],
    ['2001:db8::1', 'documentation'],
    ['2001:200::1', 'public'],
    ['2606:4700::1111', 'public'],
    ['3fff::1', 'documentation'],
    ['3fff:fff:ffff::1', 'documentation'],
    ['3fff:1000::1', 'public'],
    ['4000::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['fbff::1', 'reserved'],
    ['fc00::1', 'private'],
    ['fdff::1', 'private'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'private'],
    ['ff02::1', 'multicast'],
    ['::ffff:8.8.8.8', 'public'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['64:ff9b:1::1', 'private'],
    ['2002:a00:1::1', 'private'],
    ['2002:808:808::1', 'public'],
    ['2002:ffff:ffff::', 'broadcast'],
  ])('%s is %s', (address, scope) => {
    expect(addressScope(address)).toBe(scope);
  });

  test.each(['', 'example.net', '2130706433', '010.0.0.1', '1.2.3', 'fe80::1%eth0', '1.2.3.4/32', '::1 ', '[::1]'])(
    '%p is no address',
    (text) => {
      expect(addressScope(text)).toBeUndefined();
    },
  );

  test('agrees with an independent block list on the private and multicast space', () => {
    const special = new BlockList();
    for (const [net, bits] of [
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
    ] as const)
      special.addSubnet(net, bits);
    const near = fc.constantFrom(10n << 24n, 0xac10_0000n, 0xac20_0000n, 0xc0a8_0000n, 0xc0a9_0000n);
    const value = fc.tuple(near, fc.bigInt({ min: -300n, max: 300n })).map(([base, offset]) => base + offset);
    fc.assert(
      fc.property(fc.oneof(ipv4Value, value), (v) => {
        const text = formatAddress({ family: 4, value: v });
        expect(scopeOf({ family: 4, value: v }) === 'private').toBe(special.check(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseAddress and formatAddress', () => {
  test.each([
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text)!)).toBe(canonical);
  });

  test('round-trip', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          ipv4Value.map((value) => ({ family: 4 as const, value })),
          ipv6Value.map((value) => ({ family: 6 as const, value })),
        ),
        (address) => {
          const text = formatAddress(address);
          expect(isIP(text)).toBe(address.family);
          expect(parseAddress(text)).toEqual(address);
        },
      ),
    );
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const canonical = formatAddress(parseAddress(text)!);
        expect(new URL(`http://[${text}]/`).hostname).toBe(new URL(`http://[${canonical}]/`).hostname);
      }),
    );
  });

  test('never throw on random text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.ipV4Extended(),
          fc.ipV6().map((ip) => `${ip}%1`),
        ),
        (text) => {
          const address = parseAddress(text);
          expect(address === undefined || isIP(text) === address.family).toBe(true);
        },
      ),
    );
  });
});

test('unmapAddress turns mapped addresses alone into IPv4', () => {
  expect(formatAddress(unmapAddress(parseAddress('::ffff:192.0.2.1')!))).toBe('192.0.2.1');
  expect(formatAddress(unmapAddress(parseAddress('64:ff9b::192.0.2.1')!))).toBe('64:ff9b::c000:201');
  expect(formatAddress(unmapAddress(parseAddress('192.0.2.1')!))).toBe('192.0.2.1');
});

describe('rangeScopes', () => {
  const scopes = (first: string, last: string) => {
    const from = parseAddress(first)!;
    return [...rangeScopes(from.family, from.value, parseAddress(last)!.value)].sort();
  };

  test('finds what hides in a range', () => {
    expect(scopes('8.8.8.0', '8.8.8.255')).toEqual(['public']);
    expect(scopes('9.0.0.0', '10.0.0.0')).toEqual(['private', 'public']);
    expect(scopes('223.255.255.255', '255.255.255.255')).toEqual(['broadcast', 'multicast', 'public', 'reserved']);
    expect(scopes('::ffff:10.0.0.0', '::ffff:11.0.0.0')).toEqual(['private', 'public']);
    expect(scopes('2002:a00::', '2002:aff:ffff:ffff:ffff:ffff:ffff:ffff')).toEqual(['private']);
  });

  test('agrees with the scope of every member', () => {
    const bases = ['0.0.0.0', '9.255.255.255', '192.0.1.250', '255.255.255.0', '203.0.112.250'];
    fc.assert(
      fc.property(fc.constantFrom(...bases), fc.nat(100), fc.nat(100), (base, skip, size) => {
        const first = parseAddress(base)!.value + BigInt(skip);
        const members = Array.from({ length: size + 1 }, (_, i) => first + BigInt(i));
        const expected = new Set(members.map((value) => scopeOf({ family: 4, value })));
        expect(rangeScopes(4, first, first + BigInt(size))).toEqual(expected);
      }),
    );
  });
});
