import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { beginsTelnet, stripTelnet } from '../../src/protocols/telnet.js';
import { expectWithin } from './hostile.js';

describe('what Telnet negotiates', () => {
  test.each([
    ['\xff\xfd\x18\xff\xfb\x01login: ', 'login: '],
    ['a\xff\xf1b', 'ab'],
    ['\xff\xfa\x18\x01\xff\xffx\xff\xf0user', 'user'],
    ['\xff\xfa\x18\x01 cut off', ''],
    ['cut off\xff\xfd', 'cut off'],
    ['a byte of 255: \xff\xff', 'a byte of 255: \xff'],
    ['none', 'none'],
  ])('%j leaves %j', (text, left) => {
    expect(stripTelnet(text)).toBe(left);
  });

  test('is known by its beginning', () => {
    expect(beginsTelnet('\xff\xfb\x01')).toBe(true);
    expect(beginsTelnet('\xff\xff')).toBe(false);
    expect(beginsTelnet('login: ')).toBe(false);
  });

  test('is taken out of any text, and nothing else', () => {
    const unit = fc.constantFrom('\xff', '\xfa', '\xf0', '\xfd', 'a', '\r\n');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 64 }), (text) => {
        const left = stripTelnet(text);
        expect(left.length).toBeLessThanOrEqual(text.length);
        if (!text.includes('\xff')) expect(left).toBe(text);
      }),
    );
  });

  test.each(['\xff\xfa', '\xff', '\xff\xfaa\xff', '\xff\xfa\xff\xff'])('is linear: %j', (piece) => {
    expectWithin(5_000, () => void stripTelnet(piece.repeat(200_000)));
  });
});
