import type { Evidence } from '../../model/report.js';
import type { Talk } from '../../net/sockets/conversation.js';
import { createSipIds, findSipResponse, isFinalSip, renderSipOptions } from '../../protocols/sip/sip.js';
import { USER_AGENT } from '../../version.js';
import type { Probe } from './probe.js';
import { describeBanner } from './tcp-banner.js';

const MAX_BYTES = 8_192;

const ask: Talk = async (conversation): Promise<Evidence> => {
  const { local, remote } = conversation;
  conversation.send(
    renderSipOptions({
      transport: 'TCP',
      target: remote,
      local,
      userAgent: USER_AGENT,
      ids: createSipIds(),
      cseq: 1,
    }),
  );
  const { bytes } = await conversation.read({
    waitMs: conversation.answerMs,
    maxBytes: MAX_BYTES,
    isComplete: (all) => {
      const found = findSipResponse(all);
      return found !== undefined && found.complete && isFinalSip(found.evidence);
    },
  });
  const answer = findSipResponse(bytes);
  return answer ? { sip: answer.evidence } : describeBanner(bytes);
};

/** SIP OPTIONS over TCP. A handshake alone proves no SIP server: firewalls complete it by themselves. */
export const sipOptionsTcp: Probe = {
  id: 'sip-options-tcp',
  title: 'TCP connect, SIP OPTIONS',
  transport: 'tcp',
  services: ['sip-trunk', 'sip-3rd-party', 'nec-ip-phone'],
  run: (engine, host, port) => engine.tcp(host, port, ask),
};
