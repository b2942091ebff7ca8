import type { FastifyError, FastifyReply } from 'fastify';
import type * as z from 'zod';
import { quoteInput } from '../words/input.js';

const MAX_TOLD = 3;

const MAX_LENGTH = 512;

/** Errors of fastify that callers cause, by status. */
const SENTENCES: Readonly<Record<number, string>> = {
  413: 'the body is too large',
  414: 'the path is too long',
  415: 'the body must be application/json',
};

/** Kinds of refusal, as the metrics count them. */
export const REFUSAL_KINDS = [
  'address',
  'address-rate',
  'busy',
  'code',
  'conflict',
  'malformed',
  'not-found',
  'origin',
  'proxy',
  'replay',
  'role',
  'token',
  'token-rate',
] as const;

export type RefusalKind = (typeof REFUSAL_KINDS)[number];

/** Why a request is not served: told to the caller in a sentence. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly statusCode: number,
    readonly kind: RefusalKind,
    message: string,
    /** Seconds after which it may be tried again. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

/** Who is told of refusals, and of our own trouble. */
interface RefusalContext {
  readonly metrics: { countRefusal(why: RefusalKind): void };
  readonly onTrouble: (error: unknown) => void;
}

/** Answers any error with a sentence, never with a stack; our own trouble is told to the operator only. */
export function answerError({ metrics, onTrouble }: RefusalContext, error: unknown, reply: FastifyReply): FastifyReply {
  const refusal = readRefusal(error);
  if (!refusal) {
    onTrouble(error);
    return reply.code(500).send({ error: 'the server has an internal error; its log has the details' });
  }
  metrics.countRefusal(refusal.kind);
  if (refusal.retryAfter !== null) reply.header('retry-after', refusal.retryAfter);
  if (refusal.statusCode === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(refusal.statusCode).send({ error: refusal.message });
}

/** What an error says of the request; null where the trouble is our own. */
export function readRefusal(error: unknown): Refusal | null {
  return error instanceof Refusal ? error : readCallersFault(error as Partial<FastifyError>);
}

function readCallersFault({ statusCode = 500, code = '' }: Partial<FastifyError>): Refusal | null {
  if (statusCode < 400 || statusCode > 499) return null;
  const otherwise = code.startsWith('FST_ERR_CTP_') ? 'the body is not JSON' : 'the request cannot be understood';
  return new Refusal(statusCode, 'malformed', SENTENCES[statusCode] ?? otherwise);
}

/** The answer to bytes that are not a request, before there is one. */
export function renderClientError(code: string | undefined): string {
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const sentence = {
    400: 'this is not an HTTP request',
    408: 'the request took too long',
    431: 'the headers are too large',
  };
  const body = JSON.stringify({ error: sentence[status] });
  const phrase = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' };
  return [
    `HTTP/1.1 ${status} ${phrase[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

type Issue = z.core.$ZodIssue;

/** Says in one sentence what is wrong with a part of a request, such as `body`. */
export function describeIssues(part: string, { issues }: z.ZodError): string {
  const told = issues.slice(0, MAX_TOLD).map((issue) => describeIssue(part, issue));
  const more = issues.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`.slice(0, MAX_LENGTH);
}

function describeIssue(part: string, issue: Issue): string {
  const place = [part, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys')
    return `${place}: unknown key ${issue.keys.map((key) => quoteInput(key)).join(', ')}`;
  if (issue.code === 'invalid_union') {
    // The form that was meant is the one that fails inside.
    const meant = issue.errors.find((errors) => errors.some(({ path, code }) => path.length > 0 || !isType(code)));
    const [first] = meant ?? [];
    if (first) return describeIssue(place, first);
  }
  return `${place}: ${issue.message}`;
}

function isType(code: Issue['code']): boolean {
  return code === 'invalid_type';
}
