import type { Evidence } from '../../model/evidence.js';
import type { Conversation } from '../../net/sockets/conversation.js';
import { isTlsAnswer, renderClientHello } from '../../protocols/tls.js';
import { describeBytes } from './describe-bytes.js';
import { planWaits } from './waiting.js';

const MAX_BYTES = 1_024;
/** The bytes that tell a TLS answer. */
const LEAST_BYTES = 6;

/** What came of a question. */
export interface Answer {
  readonly bytes: Buffer;
  readonly evidence: Evidence;
  /** The server says that it speaks TLS only. */
  readonly wantsTls?: boolean;
}

/** Asks one thing on a connection. */
export type Ask = (conversation: Conversation) => Promise<Answer>;

/**
 * The evidence of an answer; or of what is said within TLS where the server answered nothing, or an alert, or that it
 * wants TLS. There the questions are asked in turn until one is answered, each on a connection of its own.
 */
export async function orWithinTls(
  conversation: Conversation,
  { bytes, evidence, wantsTls = false }: Answer,
  questions: readonly Ask[],
): Promise<Evidence> {
  if (bytes.length > 0 && !isTlsAnswer(bytes) && !wantsTls) return evidence;
  if (bytes.length === 0) {
    const answer = await askHello(conversation);
    if (!isTlsAnswer(answer)) return describeBytes(answer);
  }
  const secured = await conversation.secure();
  if (!secured?.conversation) return wantsTls ? evidence : { tls: secured?.tls ?? NOTHING_SHOWN };
  const { tls } = secured;
  let next: Conversation | null = secured.conversation;
  for (const [index, ask] of questions.entries()) {
    const within: Evidence = next ? (await ask(next)).evidence : {};
    if (Object.keys(within).length > 0) return { tls, ...within };
    next = next && index + 1 < questions.length ? await next.reopen() : null;
  }
  return wantsTls ? { tls, ...evidence } : { tls };
}

const NOTHING_SHOWN = { version: null, names: [], issuer: null };

/** What a server that answered nothing so far answers to a ClientHello, or says unasked meanwhile. */
async function askHello(conversation: Conversation): Promise<Buffer> {
  const next = await conversation.reopen();
  if (!next) return Buffer.alloc(0);
  next.send(renderClientHello());
  const { bytes } = await next.readPatiently({ ...planWaits(next).last, maxBytes: MAX_BYTES });
  if (bytes.length === 0 || bytes.length >= LEAST_BYTES) return bytes;
  const isComplete = (more: Buffer) => bytes.length + more.length >= LEAST_BYTES;
  const { bytes: rest } = await next.read({ waitMs: next.quietMs, maxBytes: MAX_BYTES, isComplete });
  return Buffer.concat([bytes, rest]);
}
