import { describe, expect, test } from '@jest/globals';
import { judgeReturnPaths, readReturnPath } from '../../src/system/return-path.js';

const CABLE = { name: 'eth0', address: '192.168.1.10', prefixLength: 24 };
const RADIO = { name: 'wlan0', address: '192.168.1.77', prefixLength: 24 };
const OTHER = { name: 'wlan0', address: '10.0.0.5', prefixLength: 24 };
const SECOND = { ...CABLE, address: '192.168.1.11' };
const via = (...names: string[]) => ({
  gateways: names.map((name, index) => ({ address: `192.168.${index + 1}.1`, interface: name })),
  direct: [],
});

describe('the check of return paths', () => {
  test.each([
    ['two interfaces on one network', [CABLE, RADIO], via('eth0'), ['wlan0']],
    ['two ways to the internet', [CABLE, OTHER], via('eth0', 'wlan0'), ['eth0', 'wlan0']],
    ['a tunnel beside the router', [CABLE, OTHER], { ...via('eth0'), direct: ['tun0'] }, ['eth0']],
  ])('may drop what arrives: %s', (_what, interfaces, routes, strict) => {
    expect(judgeReturnPaths({ interfaces, routes, strict })).toMatch(/rp_filter is strict/);
    expect(judgeReturnPaths({ interfaces, routes, strict: [] })).toBeNull();
  });

  test.each([
    ['one interface with two addresses', [CABLE, SECOND], via('eth0')],
    ['an interface of virtual machines', [CABLE, { ...OTHER, name: 'docker0' }], via('eth0')],
    ['no way at all', [CABLE, OTHER], via()],
  ])('drops nothing, even where it is strict: %s', (_what, interfaces, routes) => {
    expect(judgeReturnPaths({ interfaces, routes, strict: ['eth0', 'wlan0', 'docker0'] })).toBeNull();
  });

  (process.platform === 'linux' ? test : test.skip)('can be asked for on Linux', async () => {
    const told = await readReturnPath();
    expect(told === null || /rp_filter/.test(told)).toBe(true);
  });
});
