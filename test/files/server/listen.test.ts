import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rangesContain } from '../../../src/model/address-ranges.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { parseListen, parseProxies } from '../../../src/files/server/listen.js';
import { CODE_POINT } from '../../words/code-point.js';

describe('where to listen', () => {
  test.each([
    ['127.0.0.1:8443', { host: '127.0.0.1', port: 8443, loopback: true }],
    ['localhost:0', { host: '127.0.0.1', port: 0, loopback: true }],
    ['[::1]:443', { host: '::1', port: 443, loopback: true }],
    ['0.0.0.0:443', { host: '0.0.0.0', port: 443, loopback: false }],
    ['[::]:443', { host: '::', port: 443, loopback: false }],
    ['192.0.2.1:65535', { host: '192.0.2.1', port: 65_535, loopback: false }],
  ])('is %s', (text, expected) => {
    expect(parseListen(text)).toEqual(expected);
  });

  test.each([
    '',
    '127.0.0.1',
    ':443',
    '443',
    'example.com:443',
    '127.0.0.1:65536',
    '::1:443',
    '[127.0.0.1]:443',
    '127.1:1',
  ])('is not %j', (text) => {
    expect(() => parseListen(text)).toThrow(/is not ADDRESS:PORT to listen on/);
  });
});

describe('trusted proxies', () => {
  test('are addresses and networks', () => {
    const proxies = parseProxies('127.0.0.1, 10.0.0.0/24,::ffff:192.0.2.1, 2001:db8::/64');
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '10.0.0.255', '192.0.2.1', '2001:db8::1'])
      expect([address, rangesContain(proxies, address)]).toEqual([address, true]);
    for (const address of ['127.0.0.2', '10.0.1.0', '192.0.2.2', '2001:db8:0:1::', 'x'])
      expect([address, rangesContain(proxies, address)]).toEqual([address, false]);
  });

  test.each([
    '',
    'localhost',
    '127.0.0.1,',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/8',
    '::ffff:0:0/96',
    '2001:db8::/32',
    'true',
  ])('are not %j', (text) => {
    expect(() => parseProxies(text)).toThrow(InputError);
  });

  test('that could be one or a whole network are refused with both readings', () => {
    expect(() => parseProxies('127.0.0.1, 10.0.0.7/24')).toThrow(
      'write 10.0.0.7 for this address alone, or 10.0.0.0/24 for all 256 addresses of its network',
    );
  });

  test('of any text are read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT }), (text) => {
        for (const parse of [parseProxies, parseListen]) {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        }
      }),
    );
  });
});
