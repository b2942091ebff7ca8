import { mapConcurrently } from '../../async/map-concurrently.js';
import type { AlertConfig } from './alert-config.js';
import type { Delivery } from './channel.js';
import { composeNotices, type Notice } from './notice.js';
import { SEND_TIMEOUT_MS, sendMessage } from './send-message.js';
import { type DrawReport, sendReport } from './send-report.js';
import type { OutboxMessage } from '../../model/alert.js';

/** The wait after the first failure; it doubles with each one. */
const BASE_DELAY_MS = 30_000;

const MAX_DELAY_MS = 6 * 3_600_000;

/** A message is given up when it is so old and was tried so often: not just because a machine was off. */
const MAX_AGE_MS = 3 * 86_400_000;

const MIN_TRIES = 10;

/** What was refused is tried so often, over about a quarter of an hour: a server that is set up anew refuses as well. */
const REFUSED_TRIES = 6;

/** The part of the store that keeps messages until they are delivered. */
export interface Outbox {
  /** Takes messages that are due; they come back once the lease is over, unless something was marked. */
  claimMessages(now: Date, limit: number, leaseMs: number): Promise<readonly OutboxMessage[]>;
  markSent(id: number, at: Date): Promise<void>;
  /** With null: given up. */
  markFailed(id: number, error: string, retryAt: Date | null): Promise<void>;
  /** Puts messages in; one of a key that ever was in it is left out. */
  enqueueAll(messages: readonly Notice[]): Promise<void>;
}

/** What became of one message. */
export interface DeliveryResult {
  readonly message: OutboxMessage;
  readonly delivery: Delivery;
  /** When it is tried again; null if it was delivered or given up. */
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
  /** Draws the reports among the messages. */
  readonly draw: DrawReport;
  readonly onResult?: (result: DeliveryResult) => void;
  readonly timeoutMs?: number;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** Channels and reports, and who hears that a channel fails. */
export type DeliverConfig = Pick<AlertConfig, 'channels' | 'routes' | 'operator' | 'reports'>;

const AT_ONCE = 8;

/** Longer than any try takes, and so many tries one after another as may wait within one process. */
const LEASE_MS = 300_000;

/**
 * Delivers what is due now, several messages at once. A message is marked as soon as it is sent: a crash in between
 * repeats just that one, with the same key. A channel that fails is left alone for a while, so that one that is down
 * does not hold up the others. What is given up is told to the operator through another channel.
 */
export async function deliverMessages(
  outbox: Outbox,
  config: DeliverConfig,
  options: DeliverOptions,
): Promise<DeliveryCounts> {
  const { signal, now, onResult, timeoutMs = SEND_TIMEOUT_MS, random = Math.random } = options;
  const resting = new Map<string, { readonly until: Date; readonly reason: string }>();
  let notices = 0;
  const chooseTime = (message: OutboxMessage, retryAfterMs: number, at: Date) =>
    signal.aborted ? at : chooseRetry(message, retryAfterMs, at, random());
  const send = (message: OutboxMessage): Promise<Delivery> => {
    const report = message.events.find((event) => event.type === 'report');
    const how = { signal, now: now(), timeoutMs };
    return report
      ? sendReport(message, report, config, { ...how, draw: options.draw })
      : sendMessage(message, config, how);
  };
  const deliver = async (message: OutboxMessage): Promise<DeliveryResult> => {
    const rest = resting.get(message.channel);
    const rests = rest !== undefined && rest.until > now();
    const delivery: Delivery = rests
      ? { outcome: 'retry', reason: rest.reason, retryAfterMs: rest.until.getTime() - now().getTime() }
      : await send(message);
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
    const wanted = delivery.outcome === 'retry' ? (delivery.retryAfterMs ?? 0) : 0;
    const retryAt = isLastTry(message, delivery) ? null : chooseTime(message, wanted, at);
    await outbox.markFailed(message.id, reason, retryAt);
    if (retryAt === null) {
      await outbox.enqueueAll(composeNotices(message.channel, reason, config, at));
      notices++;
    }
    return { message, delivery, retryAt };
  };
  const counts = { sent: 0, postponed: 0, failed: 0 };
  let before: number;
  do {
    before = notices;
    for await (const result of mapConcurrently(claimDue(outbox, now, signal), AT_ONCE, signal, deliver)) {
      const { delivery, retryAt } = result;
      counts[delivery.outcome === 'delivered' ? 'sent' : retryAt ? 'postponed' : 'failed']++;
      onResult?.(result);
    }
    // A notice is due at once, and the queue may have been empty by then.
  } while (notices > before && !signal.aborted);
  return counts;
}

/** Whether a refusal ends the tries; what may go well another time is tried for days, see {@link chooseRetry}. */
function isLastTry({ attempts }: OutboxMessage, delivery: Delivery): boolean {
  if (delivery.outcome !== 'rejected') return false;
  return delivery.final === true || attempts + 1 >= REFUSED_TRIES;
}

async function* claimDue(outbox: Outbox, now: () => Date, signal: AbortSignal): AsyncGenerator<OutboxMessage> {
  while (!signal.aborted) {
    const messages = await outbox.claimMessages(now(), AT_ONCE, LEASE_MS);
    if (messages.length === 0) return;
    yield* messages;
  }
}

/**
 * When a message is tried again after a failure; null if it is given up. The wait is 75 to 100 % of 30 s · 2ⁿ, at
 * most 6 h, so that what failed together does not come again together; not shorter than the other side asked for.
 * @param random from 0 to below 1
 */
export function chooseRetry(
  { attempts, createdAt }: Pick<OutboxMessage, 'attempts' | 'createdAt'>,
  retryAfterMs: number,
  now: Date,
  random: number,
): Date | null {
  const tries = attempts + 1;
  if (tries >= MIN_TRIES && now.getTime() - Date.parse(createdAt) >= MAX_AGE_MS) return null;
  const delay = Math.min(BASE_DELAY_MS * 2 ** attempts, MAX_DELAY_MS) * (1 - random / 4);
  return new Date(now.getTime() + Math.max(delay, retryAfterMs));
}
