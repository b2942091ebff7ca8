import type { Conversation } from '../../net/sockets/conversation.js';

/** How long something is waited for that may well not come. */
export interface Waiting {
  /** At least, ms. */
  readonly leastMs: number;
  /** While that costs no time, until this share of the patience with the target's silent endpoints is over. */
  readonly share: number;
}

/** The least that an answer is waited for, ms: small devices take their time. */
const LEAST_MS = 300;

/**
 * The waits of a conversation with a port that may be mute for good: for a greeting, for an answer to a question, and
 * for one to the last question. Together they take no longer than the silence of another endpoint.
 */
export function planWaits({ quietMs }: Conversation): Record<'greeting' | 'question' | 'last', Waiting> {
  const leastMs = Math.max(LEAST_MS, quietMs);
  return {
    greeting: { leastMs: quietMs, share: 1 / 3 },
    question: { leastMs, share: 2 / 3 },
    last: { leastMs, share: 1 },
  };
}
