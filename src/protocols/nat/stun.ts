import { createHmac, timingSafeEqual } from 'node:crypto';
import { formatAddress, parseAddress } from '../../model/address.js';

/*
 * As much of STUN (RFC 8489) as it takes to see how a NAT maps UDP: Binding, signed with MESSAGE-INTEGRITY-SHA256
 * under the key of the run. DELAY and FILL are ours, of the comprehension-optional range (RFC 8489 §18.3): a server that
 * does not know them leaves them alone.
 */

const MAGIC_COOKIE = 0x2112a442;
const HEADER_BYTES = 20;
const MAC_BYTES = 32;
/** No message of ours has more bytes. */
export const MAX_STUN_BYTES = 512;
/** Requests have this many bytes, more than all their answers together: no one is flooded through us. */
export const STUN_REQUEST_BYTES = 480;

const TYPES = { request: 0x0001, indication: 0x0011, response: 0x0101 } as const;
const NAMES = new Map<number, keyof typeof TYPES>(
  (Object.keys(TYPES) as (keyof typeof TYPES)[]).map((name) => [TYPES[name], name]),
);

const INTEGRITY = 0x001c;
const XOR_MAPPED_ADDRESS = 0x0020;
const SOFTWARE = 0x8022;
const DELAY = 0xf5a1;
const FILL = 0xf5a2;

/** A Binding message. */
export interface StunMessage {
  readonly type: keyof typeof TYPES;
  /** 12 bytes as hex. */
  readonly transaction: string;
  /** In a request: after how many seconds an indication is wanted. */
  readonly delaySeconds: number | null;
  /** In a response: the address and port that the request came from. */
  readonly mapped: { readonly address: string; readonly port: number } | null;
}

/** Renders a Binding request; with a delay it asks for an indication after so many seconds. */
export function renderStunRequest(
  key: Buffer,
  request: { readonly transaction: string; readonly delaySeconds: number | null; readonly software: string },
): Buffer {
  const { transaction, delaySeconds, software } = request;
  const attributes = [renderAttribute(SOFTWARE, Buffer.from(software, 'utf8').subarray(0, 128))];
  if (delaySeconds !== null) {
    const seconds = Buffer.alloc(4);
    seconds.writeUInt32BE(delaySeconds);
    attributes.push(renderAttribute(DELAY, seconds));
  }
  const used = attributes.reduce((sum, { length }) => sum + length, HEADER_BYTES + 4 + MAC_BYTES + 4);
  attributes.push(renderAttribute(FILL, Buffer.alloc(STUN_REQUEST_BYTES - used)));
  return renderMessage(key, 'request', transaction, attributes);
}

/** Renders the answer to a Binding request that came from `mapped`. */
export function renderStunResponse(
  key: Buffer,
  { transaction, mapped }: { readonly transaction: string; readonly mapped: NonNullable<StunMessage['mapped']> },
): Buffer {
  return renderMessage(key, 'response', transaction, [
    renderAttribute(XOR_MAPPED_ADDRESS, renderMapped(transaction, mapped)),
  ]);
}

/** Renders the indication that a request has asked for; it carries the request's transaction. */
export function renderStunIndication(key: Buffer, transaction: string): Buffer {
  return renderMessage(key, 'indication', transaction, []);
}

/**
 * Reads a Binding message that is signed with the key (RFC 8489 §14.6); undefined for everything else. Total. What
 * stands behind the signature is left out, as it is not covered.
 */
export function parseStun(bytes: Buffer, key: Buffer): StunMessage | undefined {
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_STUN_BYTES || bytes.length % 4 !== 0) return undefined;
  const type = NAMES.get(bytes.readUInt16BE(0));
  if (!type || bytes.readUInt32BE(4) !== MAGIC_COOKIE) return undefined;
  if (bytes.readUInt16BE(2) !== bytes.length - HEADER_BYTES) return undefined;
  const transaction = bytes.toString('hex', 8, HEADER_BYTES);
  let delaySeconds: number | null = null;
  let mapped: StunMessage['mapped'] = null;
  for (let at = HEADER_BYTES; at + 4 <= bytes.length;) {
    const attribute = bytes.readUInt16BE(at);
    const length = bytes.readUInt16BE(at + 2);
    const value = bytes.subarray(at + 4, at + 4 + length);
    if (value.length < length) return undefined;
    if (attribute === INTEGRITY) {
      const isOurs = length === MAC_BYTES && timingSafeEqual(value, sign(bytes.subarray(0, at), key));
      return isOurs ? { type, transaction, delaySeconds, mapped } : undefined;
    }
    if (attribute === DELAY && length === 4) delaySeconds ??= value.readUInt32BE(0);
    else if (attribute === XOR_MAPPED_ADDRESS) mapped ??= parseMapped(transaction, value);
    else if (attribute < 0x8000) return undefined;
    at += 4 + length + padding(length);
  }
  return undefined;
}

function renderMessage(key: Buffer, type: StunMessage['type'], transaction: string, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(TYPES[type], 0);
  header.writeUInt16BE(body.length + 4 + MAC_BYTES, 2);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  header.write(transaction, 8, 'hex');
  const covered = Buffer.concat([header, body]);
  return Buffer.concat([covered, renderAttribute(INTEGRITY, sign(covered, key))]);
}

function renderAttribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + value.length + padding(value.length));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

/**
 * The HMAC of all before the signature, whose length field counts up to the signature's end (RFC 8489 §14.6).
 */
function sign(covered: Buffer, key: Buffer): Buffer {
  const copy = Buffer.from(covered);
  copy.writeUInt16BE(covered.length - HEADER_BYTES + 4 + MAC_BYTES, 2);
  return createHmac('sha256', key).update(copy).digest();
}

/** XOR-MAPPED-ADDRESS (RFC 8489 §14.2): so that no NAT recognises the address and rewrites it. */
function renderMapped(transaction: string, { address, port }: NonNullable<StunMessage['mapped']>): Buffer {
  const { family, value } = parseAddress(address) ?? { family: 4, value: 0n };
  const plain = Buffer.from(value.toString(16).padStart(family === 4 ? 8 : 32, '0'), 'hex');
  const bytes = Buffer.concat([Buffer.from([0, family === 4 ? 1 : 2, 0, 0]), xorAddress(plain, transaction)]);
  bytes.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2);
  return bytes;
}

function parseMapped(transaction: string, value: Buffer): StunMessage['mapped'] {
  const family = value[1] === 1 ? 4 : 6;
  if (value.length !== (family === 4 ? 8 : 20) || (family === 6 && value[1] !== 2)) return null;
  const plain = xorAddress(value.subarray(4), transaction).toString('hex');
  const port = value.readUInt16BE(2) ^ (MAGIC_COOKIE >>> 16);
  return { address: formatAddress({ family, value: BigInt(`0x${plain}`) }), port };
}

function xorAddress(address: Buffer, transaction: string): Buffer {
  const mask = Buffer.concat([Buffer.alloc(4), Buffer.from(transaction, 'hex')]);
  mask.writeUInt32BE(MAGIC_COOKIE);
  return Buffer.from(address.map((byte, i) => byte ^ mask[i]!));
}

/** Attributes begin at multiples of four (RFC 8489 §14). */
function padding(length: number): number {
  return -length & 3;
}
