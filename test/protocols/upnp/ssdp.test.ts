import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ssdpEvidenceSchema } from '../../../src/model/evidence.js';
import { parseSsdpAnswer, privateLocationHost, renderSsdpSearch } from '../../../src/protocols/upnp/ssdp.js';
import { expectWithin, hostileBytes, message, mutated, pathological } from '../hostile.js';
import { CODE_POINT } from '../../words/code-point.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const ANSWER = message(
  'HTTP/1.1 200 OK',
  'CACHE-CONTROL: max-age=120',
  'ST: upnp:rootdevice',
  'USN: uuid:1::upnp:rootdevice',
  'EXT:',
  'SERVER: Linux UPnP/1.1 MiniUPnPd/2.2',
  'LOCATION: http://192.168.1.1:5000/rootDesc.xml',
  '',
  '',
);

describe('renderSsdpSearch', () => {
  test('is a search with its line ends, with and without a name', () => {
    expect(renderSsdpSearch({ st: 'upnp:rootdevice', mx: 2 }).toString().split('\r\n')).toEqual([
      'M-SEARCH * HTTP/1.1',
      'HOST: 239.255.255.250:1900',
      'MAN: "ssdp:discover"',
      'MX: 2',
      'ST: upnp:rootdevice',
      '',
      '',
    ]);
    expect(renderSsdpSearch({ st: 'ssdp:all', mx: 1, userAgent: 'a\r\nb' }).toString()).toMatch(
      /\r\nUSER-AGENT: ab\r\n\r\n$/,
    );
  });
});

describe('parseSsdpAnswer', () => {
  test('reads an answer', () => {
    expect(parseSsdpAnswer(ANSWER)).toEqual({
      st: 'upnp:rootdevice',
      usn: 'uuid:1::upnp:rootdevice',
      server: 'Linux UPnP/1.1 MiniUPnPd/2.2',
      location: 'http://192.168.1.1:5000/rootDesc.xml',
    });
  });

  test('takes bare LF, folding, HTTP/1.0 and one field alone', () => {
    expect(parseSsdpAnswer(bytes('HTTP/1.0 200\nUsn: uuid:1\n ::x\n'))).toEqual({
      st: null,
      usn: 'uuid:1 ::x',
      server: null,
      location: null,
    });
  });

  test.each([
    '',
    'HTTP/1.1 200 OK\n\n',
    'HTTP/1.1 404 No\nST: a\n\n',
    'HTTP/2 200 OK\nST: a\n\n',
    'HTTP/1.1 2000\nST: a\n\n',
    'NOTIFY * HTTP/1.1\nUSN: a\n\n',
    'M-SEARCH * HTTP/1.1\nST: a\n\n',
  ])('is undefined for %j', (text) => expect(parseSsdpAnswer(bytes(text))).toBeUndefined());

  const check = (input: Buffer) => {
    const answer = parseSsdpAnswer(input);
    if (answer) ssdpEvidenceSchema.parse(answer);
    privateLocationHost(answer?.location ?? null);
  };

  test('survives hostile input', () => {
    fc.assert(fc.property(hostileBytes('HTTP/1.1 200 OK\r\nLOCATION: http://'), check), { numRuns: 1000 });
    fc.assert(fc.property(mutated(ANSWER), check), { numRuns: 1000 });
  });

  test.each(pathological(['HTTP/1.1 200 ', 'HTTP/1.1 200 OK\r\nLOCATION: http://']))(
    'is quick with %s …',
    (_, make) => {
      const input = make();
      expectWithin(2_000, () => check(input));
    },
  );
});

describe('privateLocationHost', () => {
  test.each([
    ['http://192.168.1.1:5000/rootDesc.xml', 'private'],
    ['http://10.0.0.10/', 'private'],
    ['http://100.64.0.1/', 'private'],
    ['http://127.0.0.1/', 'private'],
    ['http://169.254.1.1/', 'private'],
    ['http://0xc0a80101/', 'private'],
    ['http://0.0.0.0/', 'private'],
    ['HTTPS://[fe80::1]:80/', 'private'],
    ['http://[fd00::1]/', 'private'],
    ['http://203.0.113.5/x', 'public'],
    ['http://[2001:db8::1]/', 'public'],
    ['http://8.8.8.8/', 'public'],
    ['http://user@router.example.net:80/', 'name'],
    ['http://239.255.255.250/', null],
    ['http://255.255.255.255/', null],
    ['ftp://192.168.1.1/', null],
    ['192.168.1.1:5000', null],
    ['/rootDesc.xml', null],
    ['http://', null],
    ['', null],
    [null, null],
  ])('%j: %j', (location, kind) => {
    expect(privateLocationHost(location)).toBe(kind);
  });

  test('survives any text', () => {
    const kinds = ['private', 'public', 'name', null];
    fc.assert(fc.property(fc.string({ unit: CODE_POINT }), (text) => kinds.includes(privateLocationHost(text))));
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT }), (text) => kinds.includes(privateLocationHost(`http://${text}`))),
    );
    expectWithin(2_000, () => privateLocationHost('http://'.repeat(150_000)));
  });
});
