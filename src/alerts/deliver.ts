import type { AlertConfig } from '../inputs/alert-config.js';
import { mapConcurrently } from '../map-concurrently.js';
import type { OutboxMessage } from '../model/alert.js';
import { BASE_DELAY_MS, chooseRetry } from './backoff.js';
import type { Delivery } from './channel.js';
import { SEND_TIMEOUT_MS, sendMessage } from './send-message.js';

/** The part of the store that keeps messages until they are delivered. */
export interface Outbox {
  /** Takes messages that are due; they come back once the lease is over, unless something was marked. */
  claimMessages(now: Date, limit: number, leaseMs: number): Promise<readonly OutboxMessage[]>;
  markSent(id: number, at: Date): Promise<void>;
  /** With null: given up. */
  markFailed(id: number, error: string, retryAt: Date | null): Promise<void>;
}

/** What became of one message. */
export interface DeliveryResult {
  readonly message: OutboxMessage;
  readonly delivery: Delivery;
  /** When it is tried again; null where it was delivered or given up. */
  readonly retryAt: Date | null;
}

/** How many messages were delivered, wait for another try, and were given up. */
export interface DeliveryCounts {
  readonly sent: number;
  readonly postponed: number;
  readonly failed: number;
}

export interface DeliverOptions {
  /** Ends the delivery; what was under way is tried again. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly onResult?: (result: DeliveryResult) => void;
  readonly timeoutMs?: number;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

const AT_ONCE = 8;
/** Longer than any try takes, and so many tries one after another as may wait within one process. */
const LEASE_MS = 300_000;

/**
 * Delivers what is due now, several messages at once. A message is marked as soon as it is sent: a crash in between
 * repeats just that one, with the same key. A channel that fails is left alone for a while, so that one that is down
 * does not hold up the others.
 */
export async function deliverMessages(
  outbox: Outbox,
  config: Pick<AlertConfig, 'channels'>,
  options: DeliverOptions,
): Promise<DeliveryCounts> {
  const { signal, now, onResult, timeoutMs = SEND_TIMEOUT_MS, random = Math.random } = options;
  const resting = new Map<string, { readonly until: Date; readonly reason: string }>();
  const chooseTime = (message: OutboxMessage, retryAfterMs: number, at: Date) =>
    signal.aborted ? at : chooseRetry(message, retryAfterMs, at, random());
  const deliver = async (message: OutboxMessage): Promise<DeliveryResult> => {
    const rest = resting.get(message.channel);
    const rests = rest !== undefined && rest.until > now();
    const delivery: Delivery = rests
      ? { outcome: 'retry', reason: rest.reason, retryAfterMs: rest.until.getTime() - now().getTime() }
      : await sendMessage(message, config, { signal, now: now(), timeoutMs });
    const at = now();
    if (delivery.outcome === 'delivered') {
      await outbox.markSent(message.id, at);
      return { message, delivery, retryAt: null };
    }
    const { outcome, reason } = delivery;
    if (outcome === 'retry' && !rests) {
      const until = new Date(at.getTime() + (delivery.retryAfterMs ?? BASE_DELAY_MS));
      resting.set(message.channel, { until, reason });
    }
    const retryAt = outcome === 'retry' ? chooseTime(message, delivery.retryAfterMs ?? 0, at) : null;
    await outbox.markFailed(message.id, reason, retryAt);
    return { message, delivery, retryAt };
  };
  const counts = { sent: 0, postponed: 0, failed: 0 };
  for await (const result of mapConcurrently(claimDue(outbox, now, signal), AT_ONCE, signal, deliver)) {
    counts[result.delivery.outcome === 'delivered' ? 'sent' : result.retryAt ? 'postponed' : 'failed']++;
    onResult?.(result);
  }
  return counts;
}

async function* claimDue(outbox: Outbox, now: () => Date, signal: AbortSignal): AsyncGenerator<OutboxMessage> {
  while (!signal.aborted) {
    const messages = await outbox.claimMessages(now(), AT_ONCE, LEASE_MS);
    if (messages.length === 0) return;
    yield* messages;
  }
}
