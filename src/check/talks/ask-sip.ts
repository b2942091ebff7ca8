import type { Conversation } from '../../net/sockets/conversation.js';
import { createSipIds, findSipResponse, isFinalSip, renderSipOptions } from '../../protocols/sip/sip.js';
import { USER_AGENT } from '../../version.js';
import { describeBytes } from './describe-bytes.js';
import type { Answer } from './or-within-tls.js';

const MAX_BYTES = 8_192;

/** Asks a SIP server for what it can do; any well-formed answer proves one (RFC 3261 §11.2). */
export async function askSip(conversation: Conversation): Promise<Answer> {
  const { local, remote, isSecure } = conversation;
  conversation.send(
    renderSipOptions({
      transport: isSecure ? 'TLS' : 'TCP',
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
  return { bytes, evidence: answer ? { sip: answer.evidence } : describeBytes(bytes) };
}
