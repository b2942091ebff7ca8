import { type AddressInfo, connect, createServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isTlsAnswer, renderClientHello } from '../../src/protocols/tls.js';
import { CERTIFICATE, KEY } from '../site/outside/certificates.js';

const SERVER_HELLO = Buffer.from('160303004a02000046', 'hex');
const ALERT = Buffer.from('15030100020228', 'hex');

describe('a ClientHello', () => {
  test('has the lengths that it says', () => {
    const hello = renderClientHello(Buffer.alloc(32, 7));
    expect(hello.subarray(0, 3).toString('hex')).toBe('160301');
    expect(hello.readUInt16BE(3)).toBe(hello.length - 5);
    expect(hello.readUIntBE(6, 3)).toBe(hello.length - 9);
    expect(hello.subarray(11, 43)).toEqual(Buffer.alloc(32, 7));
    expect(renderClientHello()).not.toEqual(renderClientHello());
  });

  test.each([
    ['any version', {}],
    ['the newest only', { minVersion: 'TLSv1.3' }],
    ['an old one only', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }],
  ] as const)('is answered by a server of %s', async (_, options) => {
    const server = createServer((socket) => {
      new TLSSocket(socket, { isServer: true, key: KEY, cert: CERTIFICATE, ...options }).on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
      socket.write(renderClientHello()),
    );
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.destroy();
    server.close();
    expect(isTlsAnswer(answer)).toBe(true);
  });
});

describe('a TLS answer', () => {
  test.each([
    ['a ServerHello', SERVER_HELLO],
    ['an alert', ALERT],
    ['an alert of SSL 3', Buffer.from('15030000020228', 'hex')],
  ])('%s', (_, bytes) => {
    expect(isTlsAnswer(bytes)).toBe(true);
    // Before enough has come.
    for (let length = 0; length < 6; length++) expect(isTlsAnswer(bytes.subarray(0, length))).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['our own ClientHello, sent back', renderClientHello().toString('hex')],
    ['an alert of another length', '15030100030228'],
    ['an alert of no level', '15030100020328'],
    ['another version', '16050300' + '4a02'],
    ['a record that is too long', '160303ffff02'],
    ['text', Buffer.from('HTTP/1.1 400 Bad Request').toString('hex')],
  ])('is not %s', (_, hex) => {
    expect(isTlsAnswer(Buffer.from(hex, 'hex'))).toBe(false);
  });

  test('is told of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(isTlsAnswer(bytes) && ![21, 22].includes(bytes[0]!)).toBe(false);
      }),
    );
  });
});
