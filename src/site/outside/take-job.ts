import { type Job, jobSchema } from '../../model/vantage-api.js';
import { requestHttp } from '../../net/sockets/http-request.js';
import { readServerCertificate } from '../../net/sockets/server-certificate.js';
import { USER_AGENT } from '../../version.js';
import { parseJson, readSentence, tellConnectError, tellRefusal, VantageError } from './vantage-error.js';

const PATIENCE = { headMs: 20_000, idleMs: 20_000, wholeMs: 60_000 };

/** What a code that cannot be used is answered with. */
const BAD_CODE: readonly number[] = [403, 422];

const MAX_BYTES = 256 * 1_024;

/** The vantage that has a job, and the code of the invite. */
export interface JobPlace {
  readonly url: URL;
  readonly code: string;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | undefined;
}

/**
 * The certificate (PEM) of a vantage that no known CA vouches for, by the SHA-256 of it that came with the code. Nothing
 * is sent before it is known to be that one.
 * @throws VantageError
 */
export async function findPinned(url: URL, fingerprint: string, signal: AbortSignal): Promise<string> {
  const shown = await readServerCertificate(url, signal).catch((error: unknown) => {
    throw tellConnectError(url.host, error as NodeJS.ErrnoException);
  });
  if (shown.fingerprint === fingerprint) return shown.pem;
  throw new VantageError(
    'unreachable',
    `${url.host} shows another certificate than the one that the code is for: nothing was sent to it. Someone may ` +
      'be in between, or the certificate was renewed: ask for a new code',
  );
}

/**
 * Takes the job of an invite from a vantage, which uses its code up.
 * @throws VantageError
 */
export async function takeJob({ url, code, ca }: JobPlace, signal: AbortSignal): Promise<Job> {
  const answer = await requestHttp({
    ...{ method: 'POST', url: new URL('/v1/jobs', url), body: JSON.stringify({ code }), family: 4, ca, signal },
    headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': USER_AGENT },
    ...PATIENCE,
  }).catch((error: unknown) => {
    throw tellConnectError(url.host, error as NodeJS.ErrnoException);
  });
  const text = await readBody(answer.body).catch(() => '');
  if (BAD_CODE.includes(answer.status))
    throw new VantageError('refused', `the vantage ${url.host} does not take the code: ${readSentence(text)}`);
  if (answer.status !== 200) throw tellRefusal(url.host, answer.status, text);
  const job = jobSchema.safeParse(parseJson(text));
  if (job.success) return job.data;
  throw new VantageError(
    'protocol',
    `${url.host} does not answer as a vantage does: its job is not in the agreed form`,
  );
}

async function readBody(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_BYTES);
}
