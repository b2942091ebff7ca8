import type { LabServer } from '../lab-server.js';
import { renderSipAnswer } from '../sip-answer.js';

/** Close to the largest UDP payload over IPv4 (65,507). */
export const GIANT_DATAGRAM_BYTES = 65_000;

/** Answers every datagram with one of 65,000 bytes: valid SIP where it was asked in SIP, else a row of letters. */
export function giantDatagram(): LabServer {
  return {
    udp({ data, from, reply }) {
      const request = data.toString('latin1');
      const short = renderSipAnswer(request, from, { extra: ['X-Pad: '] });
      const pad = 'g'.repeat(GIANT_DATAGRAM_BYTES - (short?.length ?? 0));
      reply(renderSipAnswer(request, from, { extra: [`X-Pad: ${pad}`] }) ?? pad);
    },
  };
}
