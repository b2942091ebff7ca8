import type { NatPmpEvidence } from '../../model/report.js';

const RESPONSE_BIT = 0x80;
const NAT_PMP = 0;
const PCP = 2;

/** Renders the request for the external address (RFC 6886 §3.2): version 0, opcode 0. It changes nothing. */
export function renderNatPmpAddressRequest(): Buffer {
  return Buffer.from([NAT_PMP, 0]);
}

/**
 * Parses an answer to that request: NAT-PMP's own (12 bytes, or 8 where it is an error; RFC 6886 §3.2, §3.5), or
 * that of a PCP server which doesn't know version 0 (RFC 6887 §7.2, appendix A). Undefined without the response
 * bit, so for an echo of the request, and for other versions or fewer bytes.
 * `epoch` is in seconds; `externalAddress` is given with result 0 only.
 */
export function parseNatPmpAnswer(bytes: Buffer): NatPmpEvidence | undefined {
  const [version, opcode = 0] = bytes;
  if (bytes.length < 8 || opcode < RESPONSE_BIT) return undefined;
  if (version === PCP) {
    const epoch = bytes.length >= 24 ? bytes.readUInt32BE(8) : null;
    return { version, opcode, result: bytes.readUInt8(3), epoch, externalAddress: null };
  }
  if (version !== NAT_PMP) return undefined;
  const result = bytes.readUInt16BE(2);
  const hasAddress = result === 0 && opcode === RESPONSE_BIT && bytes.length >= 12;
  const externalAddress = hasAddress ? bytes.subarray(8, 12).join('.') : null;
  return { version, opcode, result, epoch: bytes.readUInt32BE(4), externalAddress };
}
