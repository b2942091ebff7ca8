import type { LabServer } from '../lab-server.js';
import { readHeads } from '../read-heads.js';
import { renderSipAnswer } from '../sip-answer.js';

const TCP_HEADERS = 20_000;
/** As many as one datagram holds. */
const UDP_HEADERS = 4_000;

/** Answers SIP with thousands of header lines. */
export function sipHeaderFlood(): LabServer {
  const flood = (count: number) => ({ extra: Array.from({ length: count }, (_, i) => `X-${i}: flood`) });
  const overTcp = flood(TCP_HEADERS);
  const overUdp = flood(UDP_HEADERS);
  return {
    tcp(socket) {
      const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
      readHeads(socket, (head) => {
        const answer = renderSipAnswer(head, from, overTcp);
        if (answer !== null && socket.writable) socket.write(answer);
      });
    },
    udp({ data, from, reply }) {
      const answer = renderSipAnswer(data.toString('latin1'), from, overUdp);
      if (answer !== null) reply(answer);
    },
  };
}
