import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NetworkInterfaceInfo } from 'node:os';
import { areTogether, findLan, listLanInterfaces, selectLanInterfaces } from '../../src/system/lan-interfaces.js';
import { lanInterfaceSchema } from '../../src/model/lan.js';

const ipv4 = (address: string, length: number, internal = false): NetworkInterfaceInfo => ({
  ...{ address, cidr: `${address}/${length}`, family: 'IPv4', internal, mac: '00:00:00:00:00:00', netmask: '' },
});

describe('the interfaces of the LAN', () => {
  test('are those with IPv4, loopback left out; each address is one', () => {
    const ipv6: NetworkInterfaceInfo = { ...ipv4('', 64), family: 'IPv6', address: 'fe80::1', scopeid: 2 };
    expect(
      selectLanInterfaces({
        lo: [ipv4('127.0.0.1', 8, true)],
        eth0: [ipv4('192.168.1.23', 24), ipv6, ipv4('10.1.2.3', 16)],
        tun0: [{ ...ipv4('10.8.0.6', 32), cidr: null }],
        down: undefined,
      }),
    ).toEqual([
      { name: 'eth0', address: '192.168.1.23', prefixLength: 24 },
      { name: 'eth0', address: '10.1.2.3', prefixLength: 16 },
      { name: 'tun0', address: '10.8.0.6', prefixLength: 32 },
    ]);
  });

  test('are no more than a survey holds', () => {
    const many = Array.from({ length: 100 }, (_, index) => [`veth${index}`.repeat(20), [ipv4(`10.0.${index}.1`, 24)]]);
    const found = selectLanInterfaces(Object.fromEntries(many) as Record<string, NetworkInterfaceInfo[]>);
    expect(found).toHaveLength(64);
    for (const one of found) expect(lanInterfaceSchema.safeParse(one).success).toBe(true);
  });

  test('of this machine can be listed', () => {
    expect(listLanInterfaces().filter(({ address }) => address.startsWith('127.'))).toEqual([]);
  });
});

describe('the interface of an address', () => {
  const lans = [
    { name: 'eth0', address: '192.168.1.23', prefixLength: 24 },
    { name: 'wlan0', address: '10.1.2.3', prefixLength: 20 },
    { name: 'tun0', address: '172.16.0.2', prefixLength: 32 },
  ];

  test.each([
    ['192.168.1.1', 'eth0'],
    ['192.168.1.255', 'eth0'],
    ['192.168.2.1', undefined],
    ['10.1.15.255', 'wlan0'],
    ['10.1.16.0', undefined],
    ['172.16.0.2', 'tun0'],
    ['172.16.0.1', undefined],
    ['fe80::1', undefined],
    ['nonsense', undefined],
  ])('%s: %s', (address, name) => expect(findLan(lans, address)?.name).toBe(name));

  test('is found for any address and prefix', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefixLength) => {
        expect(findLan([{ name: 'x', address, prefixLength }], address)?.name).toBe('x');
      }),
    );
  });
});

test('two addresses of ours are together by the wider of their masks, and apart over a tunnel', () => {
  const interfaces = [
    { name: 'eth0', address: '192.168.1.23', prefixLength: 24 },
    { name: 'eth0', address: '192.168.1.10', prefixLength: 32 },
    { name: 'tun0', address: '10.8.0.2', prefixLength: 24 },
  ];
  expect(areTogether(interfaces, '192.168.1.23', '192.168.1.10')).toBe(true);
  expect(areTogether(interfaces, '10.8.0.2', '192.168.1.10')).toBe(false);
  expect(areTogether(interfaces, '127.0.0.1', '192.168.1.10')).toBe(true);
});
