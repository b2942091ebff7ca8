import { createHmac, timingSafeEqual } from 'node:crypto';
import { endpointId, parseEndpointId, type EndpointId } from '../model/endpoint.js';

/*
 * The signed message that a vantage sends to an endpoint, and the receipt with which a stand-in answers:
 *
 *     sallyport-proof 1 tcp/5060 NONCE MAC.
 *     sallyport-got 1 NONCE MAC.
 *
 * One readable line of ASCII each, which is not an HTTP or SIP request. It ends with a full stop, not with a line end:
 * where it reaches a terminal that asks for a name, nothing has been entered.
 * NONCE is 16 bytes and MAC 32, both as base64url. MAC is HMAC-SHA-256 (RFC 2104) of the line up to it under the key
 * of the run; that of a receipt is over its word, the endpoint and the nonce, so it fits one proof only.
 */

/** No proof or receipt has more bytes. */
export const MAX_PROOF_BYTES = 200;

const PROOF = 'sallyport-proof 1';
const RECEIPT = 'sallyport-got 1';
const END = '.';
const PATTERN = /^sallyport-proof 1 ((?:tcp|udp)\/[1-9][0-9]{0,4}) ([A-Za-z0-9_-]{22}) [A-Za-z0-9_-]{43}\.$/;

/** What a proof says. */
export interface ProofMessage {
  /** The endpoint as the vantage asked it: a router may carry it to another port. */
  readonly endpoint: EndpointId;
  /** 16 random bytes as base64url, never used twice. */
  readonly nonce: string;
}

/** Renders a proof, signed with `key` (32 bytes). */
export function renderProof(key: Buffer, { endpoint, nonce }: ProofMessage): Buffer {
  const text = `${PROOF} ${endpoint} ${nonce}`;
  return Buffer.from(`${text} ${sign(key, text)}${END}`, 'latin1');
}

/** Reads a proof; undefined for all else, and for one that was signed with another key. */
export function parseProof(key: Buffer, bytes: Buffer): ProofMessage | undefined {
  if (bytes.length > MAX_PROOF_BYTES) return undefined;
  const [, id = '', nonce = ''] = PATTERN.exec(bytes.toString('latin1')) ?? [];
  const endpoint = parseEndpointId(id);
  if (!endpoint) return undefined;
  const message = { endpoint: endpointId(endpoint), nonce };
  return isSame(bytes, renderProof(key, message)) ? message : undefined;
}

/** Renders the answer to a proof; it is shorter than the proof. */
export function renderReceipt(key: Buffer, { endpoint, nonce }: ProofMessage): Buffer {
  const mac = sign(key, `${RECEIPT} ${endpoint} ${nonce}`);
  return Buffer.from(`${RECEIPT} ${nonce} ${mac}${END}`, 'latin1');
}

/** Whether these bytes are the receipt for this proof. */
export function isReceipt(key: Buffer, proof: ProofMessage, bytes: Buffer): boolean {
  return isSame(bytes, renderReceipt(key, proof));
}

/** Whether enough has come to judge a proof or receipt that arrives in pieces. */
export function isWholeLine(bytes: Buffer): boolean {
  return bytes.includes(END);
}

function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text, 'latin1').digest('base64url');
}

/** Compares in a time that depends on the lengths only. */
function isSame(bytes: Buffer, expected: Buffer): boolean {
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
