import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NetworkPacing } from '../../../src/net/scan/pacing.js';

const HOST_GAP = 7;
const NETWORK_GAP = 3;
const HOSTS = [
  '192.0.2.1',
  '192.0.2.2',
  '192.0.2.3',
  '198.51.100.1',
  '2001:db8::1',
  '2001:db8:0:9::1',
  '2001:db8:1::1',
];
const NETWORKS = [0, 0, 0, 1, 2, 2, 3];

const GAPS = { hostGapMs: 0, networkGapMs: 10 };

describe('NetworkPacing', () => {
  test('keeps the gaps of hosts and networks, grants nothing in the past and wastes no time', () => {
    const step = fc.record({ host: fc.nat(HOSTS.length - 1), wait: fc.oneof(fc.constant(0), fc.nat(20)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const pacing = new NetworkPacing();
        const pacers = HOSTS.map((address) =>
          pacing.createPacer(address, { hostGapMs: HOST_GAP, networkGapMs: NETWORK_GAP }),
        );
        const lastOfHost = new Map<number, number>();
        const ofNetworks = new Map<number, Set<number>>();
        let now = 100;
        for (const { host, wait } of steps) {
          now += wait;
          const network = NETWORKS[host]!;
          const taken = ofNetworks.get(network) ?? new Set();
          const due = pacers[host]!(now);
          const earliest = Math.max(now, (lastOfHost.get(host) ?? -Infinity) + HOST_GAP);
          let free = Math.ceil(earliest / NETWORK_GAP) * NETWORK_GAP;
          while (taken.has(free)) free += NETWORK_GAP;
          expect(due).toBe(free);
          lastOfHost.set(host, due);
          ofNetworks.set(network, taken.add(due));
        }
      }),
    );
  });

  test('a host with a long gap keeps nobody else of its network waiting', () => {
    const pacing = new NetworkPacing();
    const slow = pacing.createPacer('192.0.2.1', { hostGapMs: 1_000, networkGapMs: 1 });
    const quick = pacing.createPacer('192.0.2.2', { hostGapMs: 1, networkGapMs: 1 });
    expect([slow(0), slow(0), slow(0)]).toEqual([0, 1_000, 2_000]);
    expect([quick(0), quick(0), quick(0)]).toEqual([1, 2, 3]);
  });

  test('a host may ask for a longer gap of its network than another', () => {
    const pacing = new NetworkPacing();
    const one = pacing.createPacer('192.0.2.1', { hostGapMs: 4, networkGapMs: 1 });
    const other = pacing.createPacer('192.0.2.2', { hostGapMs: 0, networkGapMs: 2.5 });
    expect([one(0), one(0), one(0)]).toEqual([0, 4, 8]);
    // From 1 to 4 there is room for one that takes three, and none until 9.
    expect([other(0), other(0), one(9), other(9)]).toEqual([1, 5, 12, 9]);
  });

  test.each([
    ['an IPv4 /24', '192.0.2.1', '192.0.2.254', true],
    ['two IPv4 /24', '192.0.2.1', '192.0.3.1', false],
    ['an IPv6 /48, however it is written', '2001:db8::1', '2001:0db8:0:ffff:1:2:3:4', true],
    ['an IPv6 /48 of zeros', '2001::1', '2001::2', true],
    ['two IPv6 /48', '2001:db8:1::1', '2001:db8:2::1', false],
  ])('%s', (_, one, other, shared) => {
    const pacing = new NetworkPacing();
    expect(pacing.createPacer(one, GAPS)(5)).toBe(10);
    expect(pacing.createPacer(other, GAPS)(5)).toBe(shared ? 20 : 10);
  });

  test('still keeps gaps after very many networks', () => {
    const pacing = new NetworkPacing();
    const pacer = pacing.createPacer('192.0.2.1', GAPS);
    expect(pacer(100)).toBe(100);
    for (let k = 0; k < 5_000; k++) pacing.createPacer(`10.${k >> 8}.${k & 255}.1`, GAPS)(k % 2 ? 0 : 100);
    expect([pacer(100), pacer(100)]).toEqual([110, 120]);
  });
});
