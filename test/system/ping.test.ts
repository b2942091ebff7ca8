import { expect, test } from '@jest/globals';
import { readEcho } from '../../src/system/ping.js';

const reply = (time: string) => `64 bytes from 203.0.113.7: icmp_seq=1 ttl=64 ${time}`;

test.each([
  ['time=12.4 ms', true],
  ['time=1299 ms', false],
  ['time<1ms', true],
  ['', true],
])('an echo counts that came while services were listened to: %s', (time, counts) => {
  expect(readEcho(reply(time), '203.0.113.7', 1_000)).toBe(counts);
  expect(readEcho(reply(time), '203.0.113.8', 1_000)).toBe(false);
});
