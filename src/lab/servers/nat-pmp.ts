import type { LabServer } from '../lab-server.js';

/** Result codes of RFC 6886 §3.5. */
const UNSUPPORTED_VERSION = 1;
const NOT_AUTHORIZED = 2;
const UNSUPPORTED_OPCODE = 5;

/**
 * A NAT-PMP server (RFC 6886) that tells its external address to everybody, which it should not on the WAN.
 * It maps nothing for anybody.
 */
export function natPmp(externalAddress = '203.0.113.20'): LabServer {
  const startedAt = Date.now();
  return {
    udp({ data, reply }) {
      if (data.length < 2) return;
      const version = data[0]!;
      const opcode = data[1]!;
      if (opcode >= 128) return;
      const asked = version === 0 && opcode === 0;
      const refusal = version !== 0 ? UNSUPPORTED_VERSION : opcode <= 2 ? NOT_AUTHORIZED : UNSUPPORTED_OPCODE;
      const head = Buffer.alloc(8);
      head.writeUInt8(128 + opcode, 1);
      head.writeUInt16BE(asked ? 0 : refusal, 2);
      head.writeUInt32BE(Math.floor((Date.now() - startedAt) / 1000), 4);
      reply(asked ? Buffer.concat([head, Buffer.from(externalAddress.split('.').map(Number))]) : head);
    },
  };
}
