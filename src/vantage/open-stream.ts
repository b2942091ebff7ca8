import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StartedEvent } from '../model/vantage-api.js';
import { readIdentity, requireOrdinary } from './caller.js';
import { sendEvents, type StreamEvent } from './event-stream.js';
import type { Limits } from './limits.js';
import { Refusal } from './refusal.js';
import type { VantageContext } from './vantage-context.js';

/** What a vantage does for a caller in a stream of events. */
export const STREAM_KINDS = ['check', 'proofs', 'sip', 'nat'] as const;

const AGAIN_SECONDS = 10;

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
 * Does something about the address of the caller, and of nobody else, and answers with events.
 * @throws Refusal where it may not be done, or not now
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
  const taken = context.nonces.take(token, order.nonce, context.now());
  if (taken === 'used') throw new Refusal(409, 'replay', 'this nonce was used before: take a new one for each request');
  if (taken === 'full') throw new Refusal(503, 'busy', 'the vantage had too many requests today', 3_600);
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

export type StreamKind = (typeof STREAM_KINDS)[number];

/** Who runs which streams. */
export class StreamSlots {
  readonly #running = new Set<{ readonly kind: StreamKind; readonly token: string; readonly address: string }>();

  constructor(readonly limits: Pick<Limits, 'streams' | 'tokenStreams'>) {}

  /**
   * Takes a place for a stream.
   * @returns gives it back
   * @throws Refusal where there is none
   */
  take(kind: StreamKind, token: string, address: string): () => void {
    const running = [...this.#running];
    if (running.some((one) => one.kind === kind && one.address === address))
      throw new Refusal(429, 'busy', 'the same is under way for your address already', AGAIN_SECONDS);
    if (running.filter((one) => one.token === token).length >= this.limits.tokenStreams)
      throw new Refusal(429, 'busy', 'too much is under way with your token', AGAIN_SECONDS);
    if (running.length >= this.limits.streams)
      throw new Refusal(503, 'busy', 'the vantage has its hands full', AGAIN_SECONDS);
    const slot = { kind, token, address };
    this.#running.add(slot);
    return () => void this.#running.delete(slot);
  }

  /** Streams of a kind under way. */
  count(kind: StreamKind): number {
    return [...this.#running].filter((one) => one.kind === kind).length;
  }
}
