import type { FastifyReply } from 'fastify';
import { setMaxListeners } from 'node:events';
import { limitTime, onAbort } from '../async/time-limit.js';

/** One server-sent event; `data` is sent as JSON. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/** How a stream is run. */
export interface EventStreamOptions {
  /** What the events come from. Ends soon after `signal` is aborted. */
  readonly work: (signal: AbortSignal) => AsyncIterable<StreamEvent>;
  readonly seconds: number;
  /** Bytes that may wait for the reader. */
  readonly waitingBytes: number;
  readonly keepAliveSeconds: number;
  /** Whether the reader may still hear of it; asked before each event, and as often as the stream says that it lives. */
  readonly mayRead?: (() => boolean) | undefined;
  /** Aborted when the server ends. */
  readonly ending: AbortSignal;
  readonly onTrouble: (error: unknown) => void;
}

/** Time for work that was aborted to come to an end, and for a reader to take the last event, ms. */
const GRACE_MS = 3_000;

/** Why a stream ends before its work does. */
const LATE = 'it took too long and was cut off';
const GONE = 'the reader is gone';
const BARRED = 'you are signed out, or your token is not valid any more';
const ENDING = 'the server is being shut down';
const TROUBLE = 'the server has an internal error; its log has the details';

/**
 * Answers with server-sent events (WHATWG HTML §9.2): those of `work`, then `end`, or `failed` where it could not be
 * ended well. The work is aborted as soon as the reader goes away or does not read, after `seconds`, and when the server
 * ends. Resolves once the connection is done with; never rejects.
 */
export async function sendEvents(reply: FastifyReply, options: EventStreamOptions): Promise<void> {
  const { raw } = reply;
  // As many listen as there are streams.
  setMaxListeners(0, options.ending);
  const limit = limitTime(options.ending, options.seconds * 1_000, { stopped: ENDING, over: LATE });
  const { signal } = limit;
  const closed = whenDone(reply);
  void closed.then(() => limit.end(GONE));
  raw.on('error', () => limit.end(GONE));
  const { mayRead = () => true } = options;
  const write = (text: string): void => {
    if (raw.writableLength > options.waitingBytes) raw.destroy();
    if (!raw.destroyed) raw.write(text);
  };
  const keepAlive = setInterval(() => {
    if (mayRead()) write(': alive\n\n');
    else limit.end(BARRED);
  }, options.keepAliveSeconds * 1_000);

  reply.hijack();
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // nginx would hold events back.
    'x-accel-buffering': 'no',
    connection: 'close',
  });
  raw.flushHeaders();
  try {
    for await (const event of takeUntilAborted(options.work(signal), signal)) {
      if (!mayRead()) limit.end(BARRED);
      if (signal.aborted) break;
      write(renderEvent(event));
    }
  } catch (error) {
    if (!signal.aborted) options.onTrouble(error);
    limit.end(TROUBLE);
  } finally {
    limit.release();
    clearInterval(keepAlive);
  }
  write(
    renderEvent(
      signal.aborted ? { event: 'failed', data: { message: String(signal.reason) } } : { event: 'end', data: {} },
    ),
  );
  raw.end();
  const cut = setTimeout(() => raw.destroy(), GRACE_MS);
  await closed;
  clearTimeout(cut);
}

/** Passes on what comes; after an abort only for a time of grace, whether the source ends or not. */
async function* takeUntilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  let forget = (): void => {};
  const overdue = new Promise<null>((resolve) => {
    forget = onAbort(signal, () => void (timer = setTimeout(() => resolve(null), GRACE_MS)));
  });
  try {
    for (;;) {
      const next = iterator.next();
      next.catch(() => {});
      const step = await Promise.race([next, overdue]);
      if (step === null || step.done) return;
      yield step.value;
    }
  } finally {
    forget();
    clearTimeout(timer);
    iterator.return?.().catch(() => {});
  }
}

function renderEvent({ event, data }: StreamEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Resolves once an answer is sent, or its connection gone. An answer that waits behind another one on its connection
 * is never told of the latter.
 */
export function whenDone({ raw, request }: FastifyReply): Promise<void> {
  const { socket } = request.raw;
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('close', done);
      socket.off('close', done);
      resolve();
    };
    // As many listen as answers wait on the connection.
    socket.setMaxListeners(0).once('close', done);
    raw.once('close', done);
    if (socket.destroyed) done();
  });
}
