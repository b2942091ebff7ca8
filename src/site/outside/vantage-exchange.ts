import { setMaxListeners } from 'node:events';
import { limitTime, type TimeLimit } from '../../async/time-limit.js';
import { startedEventSchema, type StartedEvent } from '../../model/vantage-api.js';
import type { VantageClient, VantageEvent, VantageStream } from './vantage-client.js';
import { VantageError } from './vantage-error.js';

/** As much of the client as an exchange needs. */
export type ExchangeClient = Pick<VantageClient, 'stream' | 'remoteAddress'>;

/** What is asked for, and who takes what is told. */
export interface VantageExchangeOptions {
  readonly client: ExchangeClient;
  readonly path: VantageStream;
  readonly body: object;
  readonly signal: AbortSignal;
  /** After so long it is given up, ms. */
  readonly longestMs: number;
  /** Takes the events behind `started`. */
  readonly receive?: (event: VantageEvent) => void;
}

/** A stream of the vantage that has begun, and goes on beside what is done meanwhile. */
export class VantageExchange {
  /** Aborted when the exchange has ended, in whatever way. */
  readonly signal: AbortSignal;
  /** Resolves at its end; rejects with a {@link VantageError} where it did not end well. */
  readonly ended: Promise<void>;

  private constructor(
    readonly started: StartedEvent,
    /** The vantage's address, to which datagrams go. */
    readonly vantage: string,
    events: AsyncIterator<VantageEvent>,
    private readonly limit: TimeLimit,
    receive: (event: VantageEvent) => void,
  ) {
    this.signal = limit.signal;
    this.ended = follow(events, receive).finally(() => limit.end());
    this.ended.catch(() => {});
  }

  /** Asks for the stream and waits until it has begun. Throws {@link VantageError}. */
  static async open(options: VantageExchangeOptions): Promise<VantageExchange> {
    const { client, path, body, signal, longestMs, receive = () => {} } = options;
    const limit = limitTime(signal, longestMs);
    // Each socket of a survey listens for the end.
    setMaxListeners(0, limit.signal);
    const events = client.stream(path, body, limit.signal)[Symbol.asyncIterator]();
    const first = await events.next().catch((error: unknown) => {
      limit.end();
      throw error;
    });
    const started = startedEventSchema.safeParse(first.done ? undefined : first.value.data);
    const vantage = client.remoteAddress;
    if (started.success && started.data.ports.length === 2 && vantage !== null) {
      return new VantageExchange(started.data, vantage, events, limit, receive);
    }
    limit.end();
    throw new VantageError('protocol', 'the vantage did not say where the exchange takes place');
  }

  /** Lets the vantage go, which ends the exchange. */
  close(): void {
    this.limit.end();
  }
}

async function follow(events: AsyncIterator<VantageEvent>, receive: (event: VantageEvent) => void): Promise<void> {
  for (let step = await events.next(); !step.done; step = await events.next()) receive(step.value);
}
