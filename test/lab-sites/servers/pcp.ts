import type { LabServer } from '../../../src/lab/lab-server.js';
import { natPmp } from '../../../src/lab/servers/gateway.js';

const VERSION = 2;
const ANNOUNCE = 0;
const ADDRESS_MISMATCH = 12;
const UNSUPPORTED_OPCODE = 4;

/**
 * A server for NAT-PMP and PCP on one port (RFC 6887 appendix A). It answers ANNOUNCE where the client's address is
 * the one that it came from, and maps nothing for anybody.
 */
export function pcp(externalAddress?: string): LabServer {
  const older = natPmp(externalAddress);
  return {
    udp(datagram) {
      const { data, from, reply } = datagram;
      if (data[0] !== VERSION) return older.udp?.(datagram);
      if (data.length < 24 || data[1]! >= 128) return;
      const mapped = data.subarray(8, 20).toString('hex') === '00000000000000000000ffff';
      const told = mapped ? data.subarray(20, 24).join('.') : '';
      const answer = Buffer.alloc(24);
      answer.writeUInt8(VERSION, 0);
      answer.writeUInt8(128 + data[1]!, 1);
      answer.writeUInt8(told !== from.address ? ADDRESS_MISMATCH : data[1] === ANNOUNCE ? 0 : UNSUPPORTED_OPCODE, 3);
      answer.writeUInt32BE(4711, 8);
      reply(answer);
    },
  };
}
