import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { check, type CheckOptions, InputError } from '../../src/index.js';
import type { LabServer } from '../../src/lab/lab-server.js';
import { startSite, type Site } from '../../src/lab/start-site.js';
import { checkOne, planOne } from './checking.js';

const ADDRESS = '127.0.36.1';
let site: Site;
let heard = 0;

beforeAll(async () => {
  const server: LabServer = {
    tcp: (socket) => {
      heard++;
      socket.destroy();
    },
    udp: () => void heard++,
  };
  site = await startSite(planOne('sip-trunk', server), { address: ADDRESS, ports: 'ephemeral' });
});
afterAll(() => site.stop());

test('the site hears a check of good input', async () => {
  const [port] = site.services['sip-trunk']!;
  await checkOne(ADDRESS, { ports: `T:${port},U:${port}`, timeoutMs: 300 });
  expect(heard).toBeGreaterThan(1);
});

const refused: [string, Partial<CheckOptions>, string | RegExp][] = [
  ['a rate of nothing', { rate: 0 }, 'rate must be a number from 0.1 to 1000000'],
  ['a rate that is no number', { rate: Number.NaN }, 'rate must be a number from 0.1 to 1000000'],
  ['a negative patience', { timeoutMs: -1 }, 'timeoutMs must be a number from 100 to 3600000, not -1'],
  ['too many retries', { retries: 1e9 }, 'retries must be a whole number from 0 to 10'],
  ['half a retry', { retries: 1.5 }, 'retries must be a whole number from 0 to 10'],
  ['no sockets', { maxSockets: 0 }, 'maxSockets must be a whole number from 1 to 1000000'],
  ['an unknown timing', { timing: 'reckless' as 'fast' }, 'unknown timing "reckless"'],
  ['an unknown severity', { failOn: 'some' as 'low' }, 'unknown severity "some"'],
  ['a bad target', { targets: [ADDRESS, '127.0.0.256'] }, '"127.0.0.256"'],
  ['an empty target', { targets: [''] }, 'empty target'],
  ['a special address', { targets: [ADDRESS], allowSpecial: false }, /loopback.*the option allowSpecial/],
  ['an address that is never checked', { targets: [ADDRESS, '255.255.255.255'] }, 'never checked'],
  ['a network that holds such an address', { targets: ['224.0.0.0/30'] }, 'never checked'],
  ['more than 16 addresses', { targets: ['127.0.36.1-17'] }, /^17 addresses: .*the option authorizedBy/],
  ['an empty authorisation', { authorizedBy: ' ' }, /^the option authorizedBy is empty/],
  ['a bad exclusion', { exclude: ['127.0.0.1/33'] }, '127.0.0.1/33'],
  ['an unknown profile', { profile: 'closd' }, /no profile "closd" \(did you mean "closed"\?\)/],
  ['a missing profile file', { profile: './none.yaml' }, './none.yaml: no such file'],
  ['an unknown source', { source: 'provider' }, /no source "provider"/],
  ['a source that is a word of the language', { source: 'constructor' }, /no source/],
  ['an unknown service', { services: { webpo: [81] } }, /unknown service "webpo" \(did you mean "webpro"\?\)/],
  ['a service moved onto another', { services: { webpro: [8_000] } }, /cannot move to tcp\/8000/],
  ['a service moved to no port', { services: { webpro: [65_536] } }, /65536/],
  ['bad ports', { ports: '80,x' }, '"x"'],
  ['all ports of two targets', { targets: ['127.0.36.1-2'], allPorts: true }, /^the option allPorts takes exactly one/],
  ['a bad control', { control: '127.0.0.1' }, 'HOST:PORT'],
];

test.each(refused)('%s is an InputError before anything is sent', async (_what, options, message) => {
  const [port] = site.services['sip-trunk']!;
  const before = heard;
  const ports = `T:${port},U:${port}`;
  const run = async () => {
    const all = check({ targets: [ADDRESS], allowSpecial: true, ports, ...options });
    for await (const report of all) throw new Error(`there was a report of ${report.target.address}`);
  };
  const error: unknown = await run().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).message).toMatch(message);
  expect(heard).toBe(before);
});
