import type { ReadableStream } from 'node:stream/web';
import { hideSecrets, type Secret } from './alert-config-secret.js';
import { limitTime } from '../../async/time-limit.js';
import type { Delivery, SendOptions } from './channel.js';

/** A POST request. */
export interface HttpPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What must not appear in a reason, even where the other side sends it back. */
  readonly secrets: readonly Secret[];
}

const MAX_ANSWER_BYTES = 4096;
const MAX_ANSWER_SHOWN = 120;
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Posts, follows no redirect, and reads at most 4 KB of the answer. */
export async function postHttp({ url, headers, body, secrets }: HttpPost, options: SendOptions): Promise<Delivery> {
  const limit = limitTime(options.signal, options.timeoutMs);
  try {
    const { signal } = limit;
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    if (response.ok) {
      // It has the message: what it says of it, and whether it can say it, changes nothing.
      await response.body?.cancel().catch(() => undefined);
      return { outcome: 'delivered' };
    }
    const answer = hideSecrets(await readBeginning(response), secrets)
      .replace(/\s+/g, ' ')
      .trim();
    const reason = `answered ${response.status}${answer && `: ${answer.slice(0, MAX_ANSWER_SHOWN)}`}`;
    return judgeAnswer(response, reason, options.now);
  } catch (error) {
    if (options.signal.aborted) return { outcome: 'retry', reason: 'was stopped' };
    if (limit.isOver()) return { outcome: 'retry', reason: `did not answer within ${options.timeoutMs / 1000} s` };
    return { outcome: 'retry', reason: describeNetworkError(error) };
  } finally {
    limit.release();
  }
}

function judgeAnswer({ status, headers }: Response, reason: string, now: Date): Delivery {
  if (status >= 300 && status < 400) return { outcome: 'rejected', reason: `${reason} (redirects are not followed)` };
  if (status !== 408 && status !== 429 && status < 500) return { outcome: 'rejected', reason };
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), now);
  return { outcome: 'retry', reason, ...(retryAfterMs !== null && { retryAfterMs }) };
}

/** Retry-After in milliseconds, at most an hour: seconds or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(text: string | null, now: Date): number | null {
  if (text === null) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return ms >= 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : null;
}

/** The beginning of an answer; as much as came where it breaks off. */
async function readBeginning({ body }: Response): Promise<string> {
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (reader && length < MAX_ANSWER_BYTES) {
      const { value, done } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
    }
  } catch {
    // The status is known, which is what counts.
  }
  await reader?.cancel().catch(() => undefined);
  return Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES);
}

/** Says by its code why nothing could be sent: fetch's own messages may hold the address, which may be secret. */
function describeNetworkError(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? `could not be reached (${cause.code})` : 'could not be reached';
}
