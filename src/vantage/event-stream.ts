import type { FastifyReply } from 'fastify';

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
  /** Aborted when the server ends. */
  readonly ending: AbortSignal;
  readonly onTrouble: (error: unknown) => void;
}

/** Time for work that was aborted to come to an end, and for a reader to take the last event, ms. */
const GRACE_MS = 3_000;

const LATE = 'it took too long and was cut off';

const ENDING = 'the vantage is being shut down';

const TROUBLE = 'the vantage has trouble of its own; its operator finds more in its log';

/**
 * Answers with server-sent events (WHATWG HTML §9.2): those of `work`, then `end`, or `failed` where it could not be
 * ended well. The work is aborted as soon as the reader goes away or does not read, after `seconds`, and when the server
 * ends. Resolves once the connection is done with; never rejects.
 */
export async function sendEvents(reply: FastifyReply, options: EventStreamOptions): Promise<void> {
  const { raw } = reply;
  const abort = new AbortController();
  let failure: string | null = null;
  const fail = (message: string): void => {
    failure ??= message;
    abort.abort();
  };
  const closed = whenDone(reply);
  void closed.then(() => abort.abort());
  raw.on('error', () => abort.abort());
  const write = (text: string): void => {
    if (raw.writableLength > options.waitingBytes) raw.destroy();
    if (!raw.destroyed) raw.write(text);
  };
  const onEnding = (): void => fail(ENDING);
  options.ending.addEventListener('abort', onEnding, { once: true });
  if (options.ending.aborted) onEnding();
  const deadline = setTimeout(() => fail(LATE), options.seconds * 1_000);
  const keepAlive = setInterval(() => write(': alive\n\n'), options.keepAliveSeconds * 1_000);

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
    for await (const event of takeUntilAborted(options.work(abort.signal), abort.signal)) write(renderEvent(event));
  } catch (error) {
    if (!abort.signal.aborted) options.onTrouble(error);
    fail(TROUBLE);
  } finally {
    clearTimeout(deadline);
    clearInterval(keepAlive);
    options.ending.removeEventListener('abort', onEnding);
  }
  write(renderEvent(failure === null ? { event: 'end', data: {} } : { event: 'failed', data: { message: failure } }));
  raw.end();
  const cut = setTimeout(() => raw.destroy(), GRACE_MS);
  await closed;
  clearTimeout(cut);
}

/** Passes on what comes; after an abort only for a time of grace, whether the source ends or not. */
async function* takeUntilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  let giveUp = (): void => {};
  const overdue = new Promise<null>((resolve) => {
    giveUp = (): void => void (timer = setTimeout(() => resolve(null), GRACE_MS));
  });
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    for (;;) {
      const next = iterator.next();
      next.catch(() => {});
      const step = await Promise.race([next, overdue]);
      if (step === null || step.done) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', giveUp);
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
