import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StartedEvent } from '../model/vantage-api.js';
import { sendEvents, type StreamEvent } from '../server/event-stream.js';
import { Refusal } from '../server/refusal.js';
import { readIdentity } from '../server/access.js';
import { requireOrdinary, type StreamKind } from './admission.js';
import type { VantageContext } from './vantage-context.js';

/** What is done for a caller. */
export interface StreamOrder {
  readonly kind: StreamKind;
  readonly nonce: string;
  /** After so many seconds it is cut off. */
  readonly seconds: number;
  /** Ports for event `started`. */
  readonly ports?: readonly number[];
  /** The events between `started` and `end`. Its first step is taken before `started` is sent. */
  readonly work: (caller: { address: string; token: string }, signal: AbortSignal) => AsyncIterable<StreamEvent>;
}

/**
 * Does something about the address of the caller, and of no one else, and answers with events.
 * @throws Refusal if it may not be done, or not now
 */
export async function openStream(
  context: VantageContext,
  request: FastifyRequest,
  reply: FastifyReply,
  order: StreamOrder,
): Promise<void> {
  const { address, token } = readIdentity(request);
  const { limits, ending, onTrouble } = context;
  requireOrdinary(address, context.allowSpecial);
  takeNonce(context, token, order.nonce);
  const release = context.slots.take(order.kind, token, address);
  try {
    const started: StartedEvent = { address, ports: [...(order.ports ?? [])] };
    await sendEvents(reply, {
      ...limits,
      seconds: order.seconds,
      ending,
      onTrouble,
      work: (signal) => startWith(started, order.work({ address, token }, signal), release),
    });
  } finally {
    release();
  }
}

/**
 * Takes a nonce, which no one has used before.
 * @throws Refusal if someone has, or if there is no room to remember it
 */
export function takeNonce({ nonces, now }: Pick<VantageContext, 'nonces' | 'now'>, token: string, nonce: string): void {
  const taken = nonces.take(token, nonce, now());
  if (taken === 'used') throw new Refusal(409, 'replay', 'this nonce was used before: use a new one for each request');
  if (taken === 'full') throw new Refusal(503, 'busy', 'the vantage had too many requests today', 3_600);
}

/**
 * Sends `started` once the work is under way: who is told so may count on it. The place is given back before `end` is
 * sent: who is told so may order the next.
 */
async function* startWith(
  started: StartedEvent,
  events: AsyncIterable<StreamEvent>,
  release: () => void,
): AsyncGenerator<StreamEvent> {
  const iterator = events[Symbol.asyncIterator]();
  // Begins the work.
  let next = iterator.next();
  next.catch(() => {});
  try {
    yield { event: 'started', data: started };
    for (let step = await next; !step.done; step = await next) {
      yield step.value;
      next = iterator.next();
    }
  } finally {
    iterator.return?.().catch(() => {});
    release();
  }
}
