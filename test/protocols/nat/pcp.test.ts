import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pcpEvidenceSchema } from '../../../src/model/lan.js';
import { parsePcpAnswer, renderPcpAnnounce } from '../../../src/protocols/nat/nat-pmp.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('renderPcpAnnounce', () => {
  test.each([
    ['192.168.1.9', '00000000000000000000ffffc0a80109'],
    ['2001:db8::9', '20010db8000000000000000000000009'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['nonsense', '00000000000000000000000000000000'],
  ])('from %s', (address, rendered) => {
    expect(renderPcpAnnounce(address).toString('hex')).toBe(`0200000000000000${rendered}`);
  });

  test('is always version 2, opcode 0, lifetime 0', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (address) => {
        const bytes = renderPcpAnnounce(address);
        expect([bytes.length, bytes.toString('hex', 0, 8)]).toEqual([24, '0200000000000000']);
      }),
    );
  });
});

describe('parsePcpAnswer', () => {
  test('success and errors', () => {
    expect(parsePcpAnswer(hex(`0280 0000 00000000 00000e10 ${'00'.repeat(12)}`))).toEqual({
      version: 2,
      result: 0,
      epoch: 3600,
    });
    expect(parsePcpAnswer(hex('0280 0001 00000000'))).toEqual({ version: 2, result: 1, epoch: null });
    expect(parsePcpAnswer(hex('0180 0001'))).toEqual({ version: 1, result: 1, epoch: null });
  });

  test.each(['', '02', '028000', '0200000000000000', '008000010000000a', '027f0000'])('is undefined for %j', (text) =>
    expect(parsePcpAnswer(hex(text))).toBeUndefined(),
  );

  test('survives any bytes, and takes no request for an answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (array) => {
        const answer = parsePcpAnswer(Buffer.from(array));
        if (answer) pcpEvidenceSchema.parse(answer);
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.ipV4(), (address) => expect(parsePcpAnswer(renderPcpAnnounce(address))).toBeUndefined()));
  });
});
