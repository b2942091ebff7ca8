import { WORK_PATH } from '../../model/work-api.js';
import { type WorkerSign, type WorkOrder, workOrderSchema, type WorkResult } from '../../model/work.js';
import { type HttpAnswer, type HttpRequest, requestHttp } from '../../net/sockets/http-request.js';
import { USER_AGENT } from '../../version.js';
import { StoreError } from '../store/store-error.js';
import { splitResults } from './result-parts.js';
import { tellNoAnswer, tellOtherVersion, tellStatus } from './server-trouble.js';
import type { WorkSource } from './work-source.js';

const HEAD_MS = 60_000;
const IDLE_MS = 20_000;
const WHOLE_MS = 180_000;
/** Largest order, and as much as is read of any other answer. */
const MAX_ORDER_BYTES = 64 << 20;
const MAX_REFUSAL_BYTES = 4_096;

/** Where a coordinator is, and how it knows us. */
export interface ServerWorkOptions {
  readonly url: URL;
  readonly token: string;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Once it is aborted, no order is waited for any more. */
  readonly signal: AbortSignal;
  /** How long an answer may take, ms; shorter ones are for tests. */
  readonly headMs?: number | undefined;
}

/**
 * Orders of a coordinator, over HTTPS: for a worker without the database. Each request has a connection of its own, from
 * here to there. Certificates are always verified, redirects never followed, and every answer is bounded. All methods
 * throw a StoreError and nothing else: whether it may pass says whether to try again.
 */
export class ServerWork implements WorkSource {
  readonly path: string;
  readonly #closing = new AbortController();
  /** It has answered before. */
  #wasKnown = false;

  constructor(private readonly options: ServerWorkOptions) {
    this.path = options.url.host;
  }

  /** Waits for an order for some seconds. */
  async take(vantage: string, worker: string): Promise<WorkOrder | null> {
    const { signal } = this.options;
    let text: string;
    try {
      text = await this.#ask('POST', '/orders', JSON.stringify({ vantage, worker }), signal);
    } catch (error) {
      // What was on its way, the coordinator takes back.
      if (signal.aborted) return null;
      throw error;
    }
    if (text === '') return null;
    const given = parse(text);
    const order = workOrderSchema.safeParse(given);
    if (order.success) return order.data;
    const { id } = (given ?? {}) as { id?: unknown };
    const trouble = tellOtherVersion(this.path);
    if (typeof id === 'string')
      await this.giveBack(vantage, id, worker, 'the worker is of another version of sallyport');
    throw trouble;
  }

  async deliver(vantage: string, orderId: string, results: readonly WorkResult[], isLast = true): Promise<void> {
    const parts = splitResults(results);
    for (const [index, part] of parts.entries()) {
      const last = isLast && index === parts.length - 1;
      const around = JSON.stringify({ vantage, last });
      await this.#post(`/orders/${encodeURIComponent(orderId)}/results`, `${around.slice(0, -1)},"results":${part}}`);
    }
  }

  async giveBack(vantage: string, orderId: string, worker: string, why: string): Promise<void> {
    await this.#post(`/orders/${encodeURIComponent(orderId)}/return`, JSON.stringify({ vantage, worker, why }));
  }

  async beat(sign: WorkerSign): Promise<void> {
    await this.#post('/signs', JSON.stringify(sign));
  }

  async leave(_vantage: string, workerId: string): Promise<void> {
    await this.#ask('DELETE', `/signs/${encodeURIComponent(workerId)}`, undefined, this.#closing.signal);
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  async #post(path: string, body: string): Promise<void> {
    await this.#ask('POST', path, body, this.#closing.signal);
  }

  /** The body of the answer; empty where there is none. */
  async #ask(method: HttpRequest['method'], path: string, body: string | undefined, signal: AbortSignal) {
    const { url, token, ca, headMs = HEAD_MS } = this.options;
    try {
      const answer = await requestHttp({
        ...{ method, url: new URL(url.pathname.replace(/\/+$/, '') + WORK_PATH + path, url), family: 0, ca, signal },
        headers: {
          ...{ authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': USER_AGENT },
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
        ...{ headMs, idleMs: Math.min(headMs, IDLE_MS), wholeMs: WHOLE_MS },
      });
      this.#wasKnown = true;
      if (answer.status === 200 || answer.status === 204) return await readText(answer, MAX_ORDER_BYTES);
      const said = await readText(answer, MAX_REFUSAL_BYTES).catch(() => '');
      throw tellStatus(this.path, answer.status, said);
    } catch (error) {
      throw error instanceof StoreError ? error : tellNoAnswer(this.path, error, this.#wasKnown);
    }
  }
}

/** The body of an answer, cut where it is longer. */
async function readText({ body }: HttpAnswer, max: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > max) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, max);
}

/** The value of a JSON text; null if it is not one. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
