import { parseAddress } from '../../model/address.js';
import type { PcpEvidence } from '../../model/lan.js';

const VERSION = 2;
const ANNOUNCE = 0;
const RESPONSE_BIT = 0x80;
const HEADER_BYTES = 24;
const IPV4_MAPPED = 0xffffn << 32n;

/**
 * Renders the ANNOUNCE request (RFC 6887 §14.1): a header alone, with lifetime 0 and the client's address, an IPv4 one
 * in its mapped form (§5). It asks whether a PCP server is there and changes nothing. A text that is no address, or
 * has a zone, gives the address without the zone, or 0.
 */
export function renderPcpAnnounce(clientAddress: string): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt8(ANNOUNCE, 1);
  const address = parseAddress(clientAddress.replace(/%.*$/s, ''));
  const value = address?.family === 4 ? IPV4_MAPPED | address.value : (address?.value ?? 0n);
  bytes.writeBigUInt64BE(value >> 64n, 8);
  bytes.writeBigUInt64BE(value & 0xffff_ffff_ffff_ffffn, 16);
  return bytes;
}

/**
 * Parses a PCP server's answer, of whatever version from 1 (RFC 6887 §7.2): result is §7.4's code, epoch in seconds,
 * null where the answer is shorter than its header. Undefined without the response bit, below 4 bytes, and for
 * version 0, which is NAT-PMP and tells that there is no PCP.
 */
export function parsePcpAnswer(bytes: Buffer): PcpEvidence | undefined {
  const [version = 0, opcode = 0, , result = 0] = bytes;
  if (bytes.length < 4 || version === 0 || opcode < RESPONSE_BIT) return undefined;
  return { version, result, epoch: bytes.length >= HEADER_BYTES ? bytes.readUInt32BE(8) : null };
}
