import type { ExchangeClient } from '../../../src/site/outside/vantage-exchange.js';
import { VantageError } from '../../../src/site/outside/vantage-error.js';
import type { SipMessageEvent } from '../../../src/model/vantage-api.js';

const HOST = '127.0.0.1';

/** What a vantage would do behind its API. */
export interface LoopbackWork {
  /** The ports that it tells. */
  readonly ports: readonly number[];
  /** Its events behind `started`. */
  readonly run: (key: Buffer, signal: AbortSignal, body: Record<string, unknown>) => AsyncIterable<SipMessageEvent>;
}

/** A client that is connected to the vantage's parts without an API between them; it ends as the real one does. */
export function createLoopbackClient({ ports, run }: LoopbackWork): ExchangeClient {
  return {
    remoteAddress: HOST,
    async *stream(_path, body, signal) {
      const { key } = body as { key: string };
      const stop = new VantageError('unreachable', 'stopped');
      if (signal.aborted) throw stop;
      const events = run(Buffer.from(key, 'base64url'), signal, { ...body })[Symbol.asyncIterator]();
      const first = events.next();
      yield { event: 'started', data: { address: HOST, ports } };
      for (let step = await first; !step.done; step = await events.next()) yield { event: 'message', data: step.value };
      if (signal.aborted) throw stop;
    },
  };
}
