import { hideSecrets, type Secret } from './alert-config-secret.js';
import type { Delivery, SendOptions } from './channel.js';
import { type HttpAnswer, requestHttp } from '../../net/sockets/http-request.js';
import { USER_AGENT } from '../../version.js';

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
  const { signal, timeoutMs } = options;
  try {
    const answer = await requestHttp({
      ...{ method: 'POST', url: new URL(url), headers: { 'User-Agent': USER_AGENT, ...headers }, body, family: 0 },
      ...{ signal, headMs: timeoutMs, idleMs: timeoutMs, wholeMs: timeoutMs },
    });
    if (answer.status >= 200 && answer.status < 300) {
      // It has the message: what it says of it, and whether it can say it, changes nothing.
      answer.drop();
      return { outcome: 'delivered' };
    }
    const said = hideSecrets(await readBeginning(answer), secrets)
      .replace(/\s+/g, ' ')
      .trim();
    const reason = `answered ${answer.status}${said && `: ${said.slice(0, MAX_ANSWER_SHOWN)}`}`;
    return judgeAnswer(answer, reason, options.now);
  } catch (error) {
    if (signal.aborted) return { outcome: 'retry', reason: 'was stopped' };
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ETIMEDOUT') return { outcome: 'retry', reason: `did not answer within ${timeoutMs / 1000} s` };
    // Messages may hold the address, which may be secret.
    return { outcome: 'retry', reason: `could not be reached${code === undefined ? '' : ` (${code})`}` };
  }
}

function judgeAnswer(answer: HttpAnswer, reason: string, now: Date): Delivery {
  const { status } = answer;
  if (status >= 300 && status < 400) return { outcome: 'rejected', reason: `${reason} (redirects are not followed)` };
  if (status !== 408 && status !== 429 && status < 500) return { outcome: 'rejected', reason };
  const retryAfterMs = readRetryAfter(answer.header('retry-after'), now);
  return { outcome: 'retry', reason, ...(retryAfterMs !== null && { retryAfterMs }) };
}

/** Retry-After in milliseconds, at most an hour: seconds or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(text: string, now: Date): number | null {
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return ms >= 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : null;
}

/** The beginning of an answer; as much as came where it breaks off. */
async function readBeginning({ body }: HttpAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status is known, which is what counts.
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES);
}
