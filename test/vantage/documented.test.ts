import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DEFAULT_LIMITS, MAX_BODY } from '../../src/vantage/limits.js';

const page = readFileSync(new URL('../../docs/vantage.md', import.meta.url), 'utf8');

test('docs/vantage.md tells the limits as they are', () => {
  const told = page
    .split('\n## Limits\n')[1]!
    .split('\n## ')[0]!
    .split('\n')
    .flatMap((line) => /^\| (?!what \||-)(.*?) \| (.*) \|$/.exec(line)?.slice(1, 3).join(': ') ?? []);
  const own = DEFAULT_LIMITS;
  expect(told).toEqual([
    `requests from one address: ${own.addressRequests} a minute`,
    `requests with one token: ${own.tokenRequests} a minute`,
    `orders (POST) from one address, with one token: ${own.addressOrders}, ${own.tokenOrders} an hour`,
    'streams of one kind for one address: 1',
    `streams with one token, in all: ${own.tokenStreams}, ${own.streams}`,
    `connections from one address, in all: ${own.addressConnections}, ${own.connections.toLocaleString('en')}`,
    `a /48 of IPv6: as much as ${own.networkSites} addresses`,
    `a request's headers, body, time: 16 KiB, ${MAX_BODY / 1_024} KiB, ${own.requestSeconds} s`,
    'a resolved profile: 64 services of 256 endpoints',
    `a check: ${own.checkSeconds} s; what was seen until then is reported as interrupted`,
    `proofs, a SIP exchange, a NAT test: ${own.proofSeconds} s, ${own.sipSeconds} s, the seconds asked for (300) and 30`,
    `wrong codes a minute from one address, in all: ${own.addressWrongCodes}, ${own.wrongCodes}`,
    `what waits for a reader that is too slow: ${own.waitingBytes / 1_024} KiB, then its stream is cut`,
  ]);
});
