import { expect, test } from '@jest/globals';
import { tellUnbound } from '../../../src/site/outside/stand-in.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { standInSchema } from '../../../src/model/site.js';

const fail = (code: string) => Object.assign(new Error(`bind ${code}`), { code });
const ENDPOINTS: readonly EndpointId[] = ['tcp/80', 'udp/65535'];
const PLATFORMS = ['linux', 'darwin', 'win32', 'freebsd'];
const LONGEST = '255.255.255.254';

test.each([
  ['EADDRINUSE', 'taken', { linux: 'sudo ss -lntup', darwin: 'lsof -nP -i', win32: 'netstat -abno' }],
  [
    'EACCES',
    'privileged',
    { linux: 'ip_unprivileged_port_start', darwin: 'sudo', win32: 'excludedportrange protocol=tcp' },
  ],
  ['EADDRNOTAVAIL', 'no-address', { linux: 'ip address add 192.0.2.1', darwin: 'alias 192.0.2.1', win32: 'netsh' }],
  ['EMFILE', 'error', { linux: 'EMFILE', darwin: 'EMFILE', win32: 'EMFILE' }],
])('%s is %s, and what to do is told for each system', (code, reason, texts) => {
  for (const [platform, text] of Object.entries(texts)) {
    const told = tellUnbound({ endpoint: 'tcp/80', address: '192.0.2.1', platform }, fail(code));
    expect(told).toMatchObject({ endpoint: 'tcp/80', reason });
    expect(told.detail).toContain(text);
  }
});

test('no advice is longer than a report takes, none is cut, and an unknown system gets one as well', () => {
  for (const platform of PLATFORMS) {
    for (const endpoint of ENDPOINTS) {
      for (const code of ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'EMFILE']) {
        const told = tellUnbound({ endpoint, address: LONGEST, platform }, fail(code));
        expect(standInSchema.shape.unbound.element.safeParse(told).success).toBe(true);
        expect(told.detail.length).toBeLessThan(256);
      }
    }
  }
});

test('an error without a code is told by its message, cut', () => {
  const { reason, detail } = tellUnbound(
    { endpoint: 'udp/80', address: '192.0.2.1', platform: 'linux' },
    new Error('x'.repeat(1_000)),
  );
  expect(reason).toBe('error');
  expect(detail).toHaveLength(256);
});
