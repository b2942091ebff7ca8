import { hideSecrets, type Secret } from './alert-config-secret.js';
import { judgeCertificate } from './certificate-trouble.js';
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
  /** How the service says that it has a message; null if every status 2xx means that. */
  readonly receipt: Receipt | null;
}

/** The words by which a service confirms a message. */
export interface Receipt {
  /** Of the service, for a reason. */
  readonly service: string;
  /** Whether this is a confirmation, and if not, whether another try may get one. Total. */
  readonly judge: (answer: SaidAnswer) => Delivery['outcome'];
}

/** An answer of status 2xx. */
export interface SaidAnswer {
  readonly status: number;
  /** At most 64 KB of the body, without white space at its ends. */
  readonly text: string;
}

const MAX_ANSWER_BYTES = 4096;
/** A confirmation may repeat the message, each of its characters as six. */
const MAX_RECEIPT_BYTES = 65_536;
const MAX_ANSWER_SHOWN = 120;
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Posts, follows no redirect, and reads a bounded part of the answer. */
export async function postHttp(post: HttpPost, options: SendOptions): Promise<Delivery> {
  const { url, headers, body, secrets, receipt } = post;
  const { signal, timeoutMs } = options;
  try {
    const answer = await requestHttp({
      ...{ method: 'POST', url: new URL(url), headers: { 'User-Agent': USER_AGENT, ...headers }, body, family: 0 },
      ...{ signal, headMs: timeoutMs, idleMs: timeoutMs, wholeMs: timeoutMs },
    });
    if (answer.status >= 200 && answer.status < 300) {
      if (receipt) return await judgeReceipt(answer, receipt, secrets, options);
      // It has the message: what it says of it, and whether it can say it, changes nothing.
      answer.drop();
      return { outcome: 'delivered' };
    }
    const { text } = await readBeginning(answer, MAX_ANSWER_BYTES);
    return judgeAnswer(answer, `answered ${answer.status}${quoteAnswer(text, secrets)}`, options.now);
  } catch (error) {
    if (signal.aborted) return { outcome: 'retry', reason: 'was stopped' };
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ETIMEDOUT') return { outcome: 'retry', reason: `did not answer within ${timeoutMs / 1000} s` };
    // Messages and certificates may hold the address, which may be secret.
    const certificate = judgeCertificate(code);
    if (certificate)
      return { outcome: certificate.mayPass ? 'retry' : 'rejected', reason: `its certificate ${certificate.what}` };
    return { outcome: 'retry', reason: `could not be reached${code === undefined ? '' : ` (${code})`}` };
  }
}

/** A web page, such as that of a login or of a proxy on the way. */
const WEB_PAGE = /^(?:<\?xml[^>]*>\s*)?<(?:!doctype|!--|html|head|body)/i;

async function judgeReceipt(
  answer: HttpAnswer,
  { service, judge }: Receipt,
  secrets: readonly Secret[],
  { signal, now }: SendOptions,
): Promise<Delivery> {
  const { text, whole } = await readBeginning(answer, MAX_RECEIPT_BYTES);
  if (signal.aborted) return { outcome: 'retry', reason: 'was stopped' };
  const { status } = answer;
  if (!whole) return { outcome: 'retry', reason: `answered ${status}, but the answer broke off` };
  if (WEB_PAGE.test(text)) {
    const reason = `answered ${status} with a web page, such as that of a login or a proxy, and not as ${service} does`;
    return { outcome: 'rejected', reason };
  }
  const outcome = judge({ status, text });
  if (outcome === 'delivered') return { outcome };
  const reason = `answered ${status}, but not as ${service} confirms a message${quoteAnswer(text, secrets)}`;
  return outcome === 'retry' ? askToRetry(answer, reason, now) : { outcome, reason };
}

function quoteAnswer(text: string, secrets: readonly Secret[]): string {
  const said = hideSecrets(text.slice(0, MAX_ANSWER_BYTES), secrets).replace(/\s+/g, ' ').trim();
  return said && `: ${said.slice(0, MAX_ANSWER_SHOWN)}`;
}

function judgeAnswer(answer: HttpAnswer, reason: string, now: Date): Delivery {
  const { status } = answer;
  if (status >= 300 && status < 400) return { outcome: 'rejected', reason: `${reason} (redirects are not followed)` };
  return mayPass(status) ? askToRetry(answer, reason, now) : { outcome: 'rejected', reason };
}

/** Whether a status tells of trouble that may be over at another try. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function askToRetry(answer: HttpAnswer, reason: string, now: Date): Delivery {
  const retryAfterMs = readRetryAfter(answer.header('retry-after'), now);
  return { outcome: 'retry', reason, ...(retryAfterMs !== null && { retryAfterMs }) };
}

/** Retry-After in milliseconds, at most an hour: seconds or a date (RFC 9110, section 10.2.3). */
function readRetryAfter(text: string, now: Date): number | null {
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return ms >= 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : null;
}

/** The beginning of an answer; as much as came where it breaks off. It is whole also where it is longer. */
async function readBeginning({ body }: HttpAnswer, maxBytes: number): Promise<{ text: string; whole: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  let whole = true;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxBytes) break;
    }
  } catch {
    whole = false;
  }
  return { text: Buffer.concat(chunks).toString('utf8', 0, maxBytes).trim(), whole };
}
