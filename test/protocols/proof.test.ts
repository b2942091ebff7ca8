import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endpointId, type EndpointId, type Transport } from '../../src/model/endpoint.js';
import { parseHttpResponse } from '../../src/protocols/http/http.js';
import {
  isReceipt,
  isWholeLine,
  MAX_PROOF_BYTES,
  parseProof,
  type ProofMessage,
  renderProof,
  renderReceipt,
} from '../../src/protocols/proof.js';
import { parseSipResponse } from '../../src/protocols/sip/sip.js';
import { hostileBytes, mutated } from './hostile.js';

const KEY = Buffer.alloc(32, 7);
const PROOF: ProofMessage = { endpoint: 'tcp/5060', nonce: 'AAECAwQFBgcICQoLDA0ODw' };

const bytesOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
const messages: fc.Arbitrary<ProofMessage> = fc.record({
  endpoint: fc
    .record({ transport: fc.constantFrom<Transport>('tcp', 'udp'), port: fc.integer({ min: 1, max: 65_535 }) })
    .map(endpointId),
  nonce: bytesOf(16).map((bytes) => bytes.toString('base64url')),
});

test('a proof and its receipt are one readable line without an end of line', () => {
  expect(renderProof(KEY, PROOF).toString()).toMatch(
    /^sallyport-proof 1 tcp\/5060 AAECAwQFBgcICQoLDA0ODw [A-Za-z0-9_-]{43}\.$/,
  );
  expect(renderReceipt(KEY, PROOF).toString()).toMatch(/^sallyport-got 1 AAECAwQFBgcICQoLDA0ODw [A-Za-z0-9_-]{43}\.$/);
  for (const line of [renderProof(KEY, PROOF), renderReceipt(KEY, PROOF)]) {
    expect(line.toString()).toMatch(/^[\x20-\x7e]+$/);
    expect([parseHttpResponse(line), parseSipResponse(line)]).toEqual([undefined, undefined]);
    expect([isWholeLine(line), isWholeLine(line.subarray(0, -1))]).toEqual([true, false]);
  }
});

test('what was rendered is read again, and a receipt is shorter than its proof', () => {
  fc.assert(
    fc.property(bytesOf(32), messages, (key, message) => {
      const proof = renderProof(key, message);
      const receipt = renderReceipt(key, message);
      expect(parseProof(key, proof)).toEqual(message);
      expect(isReceipt(key, message, receipt)).toBe(true);
      expect(receipt.length).toBeLessThan(proof.length);
      expect(proof.length).toBeLessThanOrEqual(MAX_PROOF_BYTES);
    }),
  );
});

describe('nobody can make up', () => {
  test('a proof without the key', () => {
    fc.assert(
      fc.property(bytesOf(32), messages, (key, message) => {
        expect(parseProof(KEY, renderProof(key, message))).toBeUndefined();
      }),
    );
  });

  test('a proof or a receipt from the other, or from one of another endpoint or nonce', () => {
    const other: ProofMessage = { ...PROOF, endpoint: 'udp/5060' };
    const later: ProofMessage = { ...PROOF, nonce: randomBytes(16).toString('base64url') };
    expect(parseProof(KEY, renderReceipt(KEY, PROOF))).toBeUndefined();
    expect(isReceipt(KEY, PROOF, renderProof(KEY, PROOF))).toBe(false);
    expect(isReceipt(KEY, PROOF, renderReceipt(KEY, other))).toBe(false);
    expect(isReceipt(KEY, PROOF, renderReceipt(KEY, later))).toBe(false);
    // The MAC of a proof, put into a receipt.
    const mac = renderProof(KEY, PROOF).toString().split(' ').at(-1)!;
    expect(isReceipt(KEY, PROOF, Buffer.from(`sallyport-got 1 ${PROOF.nonce} ${mac}`))).toBe(false);
    const moved = renderProof(KEY, PROOF).toString().replace('tcp/5060', 'tcp/80');
    expect(parseProof(KEY, Buffer.from(moved))).toBeUndefined();
  });

  test('another text of the same MAC: spare bits of its last letter are read too', () => {
    const line = renderProof(KEY, PROOF).toString();
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted = [...letters].filter((last) => parseProof(KEY, Buffer.from(`${line.slice(0, -2)}${last}.`)));
    expect(accepted).toEqual([line.at(-2)]);
  });

  test('anything out of a proof that was changed', () => {
    const valid = renderProof(KEY, PROOF);
    fc.assert(
      fc.property(mutated(valid), (bytes) => {
        expect(parseProof(KEY, bytes)).toEqual(bytes.equals(valid) ? PROOF : undefined);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['sallyport-proof 1 ', 'sallyport-proof 1 tcp/5060 ', 'sallyport-got 1 '])(
    'anything out of bytes that begin with %j',
    (beginning) => {
      fc.assert(
        fc.property(hostileBytes(beginning), (bytes) => {
          expect(parseProof(KEY, bytes)).toBeUndefined();
          expect(isReceipt(KEY, PROOF, bytes)).toBe(false);
        }),
      );
    },
  );
});

test.each(['tcp/0', 'tcp/65536', 'tcp/080', 'sctp/80', 'tcp/'])('no endpoint %s is read, though it is signed', (id) => {
  const bytes = renderProof(KEY, { ...PROOF, endpoint: id as EndpointId });
  expect(parseProof(KEY, bytes)).toBeUndefined();
});

test('nothing is read that has something in front of a proof or behind it', () => {
  const line = renderProof(KEY, PROOF).toString();
  for (const text of [` ${line}`, `${line}\r\n`, `${line} `, `${line}${line}`, line.toUpperCase()]) {
    expect(parseProof(KEY, Buffer.from(text))).toBeUndefined();
  }
});
