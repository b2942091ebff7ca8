import type { Conversation, ReadEnd } from '../../net/sockets/conversation.js';
import { planWaits } from './waiting.js';

const MAX_BYTES = 1_024;

/** Listens for what a server sends unasked, and a little longer for the rest of it; says nothing itself. */
export async function listen(conversation: Conversation): Promise<{ readonly bytes: Buffer; readonly end: ReadEnd }> {
  const begun = await conversation.readPatiently({ ...planWaits(conversation).greeting, maxBytes: MAX_BYTES });
  if (begun.bytes.length === 0 || begun.bytes.length >= MAX_BYTES) return begun;
  const { bytes, end } = await conversation.read({
    waitMs: conversation.quietMs,
    maxBytes: MAX_BYTES - begun.bytes.length,
  });
  return { bytes: Buffer.concat([begun.bytes, bytes]), end };
}
