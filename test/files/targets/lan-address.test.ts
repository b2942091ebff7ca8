import { expect, test } from '@jest/globals';
import { refuseLanAddress } from '../../../src/files/targets/targets.js';

const refuse = (text: string) => refuseLanAddress(text, '--pbx', 'sallyport lan')?.message ?? null;

test.each(['192.168.1.10', '10.0.0.1', '172.31.255.254', '127.0.0.1', '169.254.1.1'])('%s may be of a LAN', (text) => {
  expect(refuse(text)).toBeNull();
});

test.each(['203.0.113.7', '8.8.8.8', '100.64.0.1', '172.32.0.1', '239.255.255.250', '255.255.255.255', '0.0.0.0'])(
  '%s is refused',
  (text) => expect(refuse(text)).toBe(`--pbx ${text} is not a private address: sallyport lan checks the LAN only`),
);

test.each(['', 'fe80::1', 'router', '192.168.1', '192.168.1.1/24', '192.168.01.1', ' 192.168.1.1'])(
  '%j is no address',
  (text) => expect(refuse(text)).toBe(`--pbx ${text}: expected an IPv4 address, such as 192.168.1.1`),
);
