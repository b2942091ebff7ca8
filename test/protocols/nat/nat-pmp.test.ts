import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { natPmpEvidenceSchema } from '../../../src/model/evidence.js';
import { parseNatPmpAnswer, renderNatPmpAddressRequest } from '../../../src/protocols/nat/nat-pmp.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('the request is version 0, opcode 0 and nothing else', () => {
  expect([...renderNatPmpAddressRequest()]).toEqual([0, 0]);
});

describe('parseNatPmpAnswer', () => {
  test('reads the external address', () => {
    expect(parseNatPmpAnswer(hex('00 80 0000 00000e10 cb007105'))).toEqual({
      version: 0,
      opcode: 128,
      result: 0,
      epoch: 3600,
      externalAddress: '203.0.113.5',
    });
  });

  test('gives no address with an error, whether long or short', () => {
    const refused = { version: 0, opcode: 128, result: 2, epoch: 1, externalAddress: null };
    expect(parseNatPmpAnswer(hex('00 80 0002 00000001 cb007105'))).toEqual(refused);
    expect(parseNatPmpAnswer(hex('00 80 0002 00000001'))).toEqual(refused);
    expect(parseNatPmpAnswer(hex('00 81 0000 ffffffff 00010203'))).toMatchObject({
      epoch: 4294967295,
      externalAddress: null,
    });
  });

  test('reads the answer of a PCP server that does not know version 0', () => {
    const pcp = { version: 2, opcode: 128, result: 1, externalAddress: null };
    expect(parseNatPmpAnswer(hex(`02 80 00 01 00000708 0000000a ${'00'.repeat(12)}`))).toEqual({ ...pcp, epoch: 10 });
    expect(parseNatPmpAnswer(hex('02 80 00 01 00000000'))).toEqual({ ...pcp, epoch: null });
  });

  test.each([
    '',
    '0000',
    '0080000000000001'.slice(0, 14),
    '000000000000000000000000',
    '027f00010000000000000000',
    '018000000000000000000000',
    '038000000000000000000000',
  ])('is undefined for %j', (text) => expect(parseNatPmpAnswer(hex(text))).toBeUndefined());

  test('survives any bytes', () => {
    const begun = fc
      .tuple(fc.constantFrom(0, 2), fc.uint8Array({ maxLength: 40 }))
      .map(([version, rest]) => [version, 0x80, ...rest]);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), begun), (array) => {
        const answer = parseNatPmpAnswer(Buffer.from(array));
        if (answer) natPmpEvidenceSchema.parse(answer);
      }),
      { numRuns: 2000 },
    );
  });
});
