import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressScope, formatAddress } from '../../../src/model/address.js';
import {
  MAX_STUN_BYTES,
  parseStun,
  renderStunIndication,
  renderStunRequest,
  renderStunResponse,
  STUN_REQUEST_BYTES,
} from '../../../src/protocols/nat/stun.js';
import { hostileBytes, mutated } from '../hostile.js';

const KEY = Buffer.alloc(32, 7);
const TRANSACTION = 'b7e7a701bc34d686fa87dfae';
const request = (delaySeconds: number | null, software = 'sallyport/1') =>
  renderStunRequest(KEY, { transaction: TRANSACTION, delaySeconds, software });
const response = (address: string, port: number, transaction = TRANSACTION) =>
  renderStunResponse(KEY, { transaction, mapped: { address, port } });
const nothing = { transaction: TRANSACTION, delaySeconds: null, mapped: null };

describe('STUN', () => {
  test('writes requests as RFC 8489 has them', () => {
    const bytes = request(30);
    expect(bytes.toString('hex', 0, 20)).toBe(`000101cc2112a442${TRANSACTION}`);
    expect(bytes.readUInt16BE(2)).toBe(bytes.length - 20);
    const signature = createHmac('sha256', KEY).update(bytes.subarray(0, -36)).digest();
    expect(bytes.subarray(-36)).toEqual(Buffer.concat([Buffer.from('001c0020', 'hex'), signature]));
    expect(bytes.toString('latin1')).toContain('sallyport/1');
  });

  test('writes the mapped address as in the test vectors of RFC 5769 §2.2 and §2.3', () => {
    const ipv4 = response('192.0.2.1', 32_853);
    expect(ipv4.toString('hex', 20, 32)).toBe('002000080001a147e112a643');
    const ipv6 = response('2001:db8:1234:5678:11:2233:4455:6677', 32_853);
    expect(ipv6.toString('hex', 20, 44)).toBe('002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9');
  });

  test('is longer as a request than all its answers together', () => {
    for (const software of ['', 'sallyport/1', 'x'.repeat(500)]) {
      expect(request(300, software)).toHaveLength(STUN_REQUEST_BYTES);
      expect(request(null, software)).toHaveLength(STUN_REQUEST_BYTES);
    }
    const answers = response('2001:db8::1', 1).length + 3 * renderStunIndication(KEY, TRANSACTION).length;
    expect(answers).toBeLessThanOrEqual(STUN_REQUEST_BYTES);
    expect(STUN_REQUEST_BYTES).toBeLessThanOrEqual(MAX_STUN_BYTES);
  });

  test('reads what it wrote', () => {
    expect(parseStun(request(null), KEY)).toEqual({ ...nothing, type: 'request' });
    expect(parseStun(request(300), KEY)).toEqual({ ...nothing, type: 'request', delaySeconds: 300 });
    expect(parseStun(renderStunIndication(KEY, TRANSACTION), KEY)).toEqual({ ...nothing, type: 'indication' });
    const address = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value) => formatAddress({ family: 4, value })),
      fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => formatAddress({ family: 6, value })),
    );
    const transaction = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((id) => Buffer.from(id).toString('hex'));
    fc.assert(
      fc.property(address, fc.integer({ min: 1, max: 65_535 }), transaction, (address, port, id) => {
        const read = parseStun(response(address, port, id), KEY);
        expect(read).toEqual({ type: 'response', transaction: id, delaySeconds: null, mapped: { address, port } });
      }),
    );
  });

  test('reads nothing that is signed with another key, or not at all', () => {
    expect(parseStun(request(1), randomBytes(32))).toBeUndefined();
    const unsigned = request(1).subarray(0, -36);
    const shorter = Buffer.from(unsigned);
    shorter.writeUInt16BE(unsigned.length - 20, 2);
    expect(parseStun(unsigned, KEY)).toBeUndefined();
    expect(parseStun(shorter, KEY)).toBeUndefined();
  });

  test('reads nothing of which one bit was changed', () => {
    const valid = response('192.0.2.1', 32_853);
    fc.assert(
      fc.property(fc.nat({ max: valid.length * 8 - 1 }), (bit) => {
        const copy = Buffer.from(valid);
        copy[bit >> 3]! ^= 1 << (bit & 7);
        expect(parseStun(copy, KEY)).toBeUndefined();
      }),
    );
  });

  test('never throws, and what it reads is whole', () => {
    const start = request(1).subarray(0, 20).toString('latin1');
    const hostile = fc.oneof(hostileBytes(start), mutated(request(1)), mutated(response('192.0.2.1', 1)));
    fc.assert(
      fc.property(hostile, (bytes) => {
        const read = parseStun(bytes, KEY);
        if (read?.mapped) expect(addressScope(read.mapped.address)).toBeDefined();
      }),
    );
  });
});
