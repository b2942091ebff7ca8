import { setMaxListeners } from 'node:events';
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
  readonly #over: AbortController;

  private constructor(
    readonly started: StartedEvent,
    /** The vantage's address, to which datagrams go. */
    readonly vantage: string,
    events: AsyncIterator<VantageEvent>,
    over: AbortController,
    receive: (event: VantageEvent) => void,
  ) {
    this.#over = over;
    this.signal = over.signal;
    this.ended = follow(events, receive).finally(() => over.abort());
    this.ended.catch(() => {});
  }

  /** Asks for the stream and waits until it has begun. Throws {@link VantageError}. */
  static async open(options: VantageExchangeOptions): Promise<VantageExchange> {
    const { client, path, body, signal, longestMs, receive = () => {} } = options;
    const over = new AbortController();
    // Each socket of a survey listens for the end.
    setMaxListeners(0, over.signal);
    const longest = setTimeout(() => over.abort(), longestMs);
    over.signal.addEventListener('abort', () => clearTimeout(longest));
    const events = client.stream(path, body, AbortSignal.any([signal, over.signal]))[Symbol.asyncIterator]();
    const first = await events.next().catch((error: unknown) => {
      over.abort();
      throw error;
    });
    const started = startedEventSchema.safeParse(first.done ? undefined : first.value.data);
    const vantage = client.remoteAddress;
    if (started.success && started.data.ports.length === 2 && vantage !== null) {
      return new VantageExchange(started.data, vantage, events, over, receive);
    }
    over.abort();
    throw new VantageError('protocol', 'the vantage did not tell where the exchange takes place');
  }

  /** Lets the vantage go, which ends the exchange. */
  close(): void {
    this.#over.abort();
  }
}

async function follow(events: AsyncIterator<VantageEvent>, receive: (event: VantageEvent) => void): Promise<void> {
  for (let step = await events.next(); !step.done; step = await events.next()) receive(step.value);
}
