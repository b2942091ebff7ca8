import type { LabServer, ReplyOptions } from '../lab-server.js';
import { readHeads } from '../read-heads.js';
import { renderSipAnswer, type SipAnswer } from '../sip-answer.js';

export interface SipOptions extends SipAnswer, ReplyOptions {
  /** UDP answers go only to those who ask from port 5060. */
  readonly onlyToPort5060?: boolean;
  /** Ignores so many UDP requests before it answers one: a lossy way. */
  readonly dropFirst?: number;
}

/** A SIP server that answers OPTIONS over UDP and TCP. */
export function sip(options: SipOptions = {}): LabServer {
  let dropped = 0;
  return {
    tcp(socket) {
      const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
      readHeads(socket, (head) => {
        const answer = renderSipAnswer(head, from, options);
        if (answer !== null && socket.writable) socket.write(answer);
      });
    },
    udp({ data, from, reply }) {
      const answer = renderSipAnswer(data.toString('latin1'), from, options);
      if (answer === null || (options.onlyToPort5060 && from.port !== 5060)) return;
      if (dropped < (options.dropFirst ?? 0)) dropped++;
      else reply(answer, options);
    },
  };
}

/** The SIP side of an NEC SL2100. */
export function necSip(options: SipOptions = {}): LabServer {
  return sip({ server: 'NEC SL2100/2.1', allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE', ...options });
}
