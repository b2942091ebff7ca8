import { parseAddress } from '../../model/address.js';
import type { PcpEvidence } from '../../model/lan.js';
import type { NatPmpEvidence } from '../../model/evidence.js';

const RESPONSE_BIT = 0x80;
const NAT_PMP = 0;
const PCP = 2;
const PCP_HEADER_BYTES = 24;
const ANNOUNCE = 0;
const IPV4_MAPPED = 0xffffn << 32n;

/** Renders the request for the external address (RFC 6886 §3.2): version 0, opcode 0. It changes nothing. */
export function renderNatPmpAddressRequest(): Buffer {
  return Buffer.from([NAT_PMP, 0]);
}

/**
 * Parses an answer to that request: NAT-PMP's own (12 bytes, or 8 where it is an error; RFC 6886 §3.2, §3.5), or
 * that of a PCP server which does not know version 0 (RFC 6887 §7.2, appendix A). Undefined without the response
 * bit, so for an echo of the request, and for other versions or fewer bytes.
 * `epoch` is in seconds; `externalAddress` is given with result 0 only.
 */
export function parseNatPmpAnswer(bytes: Buffer): NatPmpEvidence | undefined {
  const [version, opcode = 0] = bytes;
  if (bytes.length < 8 || opcode < RESPONSE_BIT) return undefined;
  if (version === PCP) {
    const epoch = bytes.length >= PCP_HEADER_BYTES ? bytes.readUInt32BE(8) : null;
    return { version, opcode, result: bytes.readUInt8(3), epoch, externalAddress: null };
  }
  if (version !== NAT_PMP) return undefined;
  const result = bytes.readUInt16BE(2);
  const hasAddress = result === 0 && opcode === RESPONSE_BIT && bytes.length >= 12;
  const externalAddress = hasAddress ? bytes.subarray(8, 12).join('.') : null;
  return { version, opcode, result, epoch: bytes.readUInt32BE(4), externalAddress };
}

/**
 * Renders the ANNOUNCE request (RFC 6887 §14.1): a header only, with lifetime 0 and the client's address, an IPv4 one
 * in its mapped form (§5). It asks whether a PCP server is there and changes nothing. A text that is not an address, or
 * has a zone, gives the address without the zone, or 0.
 */
export function renderPcpAnnounce(clientAddress: string): Buffer {
  const bytes = Buffer.alloc(PCP_HEADER_BYTES);
  bytes.writeUInt8(PCP, 0);
  bytes.writeUInt8(ANNOUNCE, 1);
  const address = parseAddress(clientAddress.replace(/%.*$/s, ''));
  const value = address?.family === 4 ? IPV4_MAPPED | address.value : (address?.value ?? 0n);
  bytes.writeBigUInt64BE(value >> 64n, 8);
  bytes.writeBigUInt64BE(value & 0xffff_ffff_ffff_ffffn, 16);
  return bytes;
}

/**
 * Parses a PCP server's answer, of whatever version from 1 (RFC 6887 §7.2): result is §7.4's code, epoch in seconds,
 * null if the answer is shorter than its header. Undefined without the response bit, below 4 bytes, and for
 * version 0, which is NAT-PMP and tells that there is no PCP.
 */
export function parsePcpAnswer(bytes: Buffer): PcpEvidence | undefined {
  const [version = 0, opcode = 0, , result = 0] = bytes;
  if (bytes.length < 4 || version === 0 || opcode < RESPONSE_BIT) return undefined;
  return { version, result, epoch: bytes.length >= PCP_HEADER_BYTES ? bytes.readUInt32BE(8) : null };
}
