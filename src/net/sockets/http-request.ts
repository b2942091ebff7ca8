import { type ClientRequest, type IncomingMessage, request as requestPlain, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { limitTime, onAbort } from '../../async/time-limit.js';

/** A request to a server that the user named. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** 4 for IPv4 only; 0 for whichever family the server is reached by. */
  readonly family: 4 | 0;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Until the head of the answer must have come, ms. */
  readonly headMs: number;
  /** Longest silence within the body, ms. */
  readonly idleMs: number;
  /** Longest time in total, ms. */
  readonly wholeMs: number;
  readonly signal: AbortSignal;
}

/** The answer; the caller reads its body or drops it. */
export interface HttpAnswer {
  readonly status: number;
  /** Whom we are connected with. */
  readonly remoteAddress: string | null;
  /** Value of a header field of which there is one; empty if there is none. */
  header(name: string): string;
  /** The body as it comes; throws where it is cut off. Leaving the loop ends the connection. */
  readonly body: AsyncIterable<Buffer>;
  drop(): void;
}

/** The connection ended without an answer: also behind a switch to another protocol, which is none. */
class NoAnswerError extends Error {
  readonly code = 'ECONNRESET';
}

/** Nothing came for too long; `code` is ETIMEDOUT. */
class TimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * Asks on a connection of its own, with the server's certificate verified whatever the environment says.
 * Redirects are answers like others. Rejects with the system's error, or the signal's reason.
 */
export async function requestHttp(asked: HttpRequest): Promise<HttpAnswer> {
  const whole = limitTime(asked.signal, asked.wholeMs, { over: new TimeoutError('not in time') });
  const head = limitTime(whole.signal, asked.headMs, { over: new TimeoutError('not in time') });
  const request = open(asked);
  let under: ClientRequest | IncomingMessage = request;
  for (const { signal } of [whole, head]) onAbort(signal, () => under.destroy(signal.reason as Error));
  request.once('close', () => whole.release());
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
    request.once('close', () => reject(new NoAnswerError('no answer')));
    request.end(asked.body);
  }).finally(() => head.release());
  under = response;
  // What becomes of the body is told to the one who reads it.
  request.on('error', () => {});
  response.on('error', () => {});
  return {
    status: response.statusCode ?? 0,
    remoteAddress: response.socket.remoteAddress ?? null,
    header: (name) => String(response.headers[name] ?? ''),
    body: readBody(response, asked.idleMs),
    drop: () => {
      whole.release();
      request.destroy();
    },
  };
}

function open({ method, url, headers, body, family, ca }: HttpRequest): ClientRequest {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options: RequestOptions & { autoSelectFamily: boolean } = {
    ...{ method, headers: { ...headers, ...length } },
    ...{ family, autoSelectFamily: family === 0, agent: false },
  };
  if (url.protocol === 'http:') return requestPlain(url, options);
  return requestTls(url, { ...options, rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca && { ca }) });
}

async function* readBody(response: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const idle = setTimeout(() => response.destroy(new TimeoutError('silent for too long')), idleMs);
      const next = await chunks.next().finally(() => clearTimeout(idle));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    response.destroy();
  }
}
