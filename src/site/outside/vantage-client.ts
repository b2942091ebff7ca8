import { randomBytes } from 'node:crypto';
import { type InviteAnswer, inviteAnswerSchema } from '../../model/invite.js';
import type { Profile } from '../../model/profile.js';
import { type Report, reportSchema } from '../../model/report.js';
import {
  failedEventSchema,
  type InviteRequest,
  type MadeInviteCode,
  madeInviteSchema,
  type Whoami,
  whoamiSchema,
} from '../../model/vantage-api.js';
import { type HttpAnswer, requestHttp } from '../../net/sockets/http-request.js';
import type { TimingName } from '../../net/scan/timing.js';
import { EventStreamParser, type StreamEvent, type StreamLimits } from '../../protocols/http/event-stream.js';
import { refuseServerUrl } from '../../model/server-address.js';
import { USER_AGENT } from '../../version.js';
import { parseJson, tellConnectError, tellRefusal, VantageError } from './vantage-error.js';

const HEAD_MS = 20_000;
/** A vantage sends a comment more often than this where it has nothing to say. */
const IDLE_MS = 45_000;
const WHOLE_MS = 30 * 60_000;
const MAX_WHOAMI_BYTES = 16 * 1024;
const MAX_REFUSAL_BYTES = 4 * 1024;
const MAX_INVITE_BYTES = 24 << 20;
const STREAM_LIMITS: StreamLimits = { line: 64 * 1024, event: 64 * 1024, total: 2 << 20 };
const REPORT_LIMITS: StreamLimits = { line: 16 << 20, event: 16 << 20, total: 24 << 20 };

const createNonce = (): string => randomBytes(16).toString('base64url');

/** A stream that a vantage gives. */
export type VantageStream = '/v1/proofs' | '/v1/sip-exchanges' | '/v1/nat-bindings';

/** What a check asks for. The address is always the one that we come from. */
export interface CheckRequest {
  readonly profile: Profile;
  readonly timing?: TimingName | undefined;
  /** Which of the profile's sources the vantage stands for. */
  readonly source?: string | undefined;
}

/** An event of a vantage, its data not yet compared with a schema. */
export interface VantageEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Where a vantage is, and how it knows us. */
export interface VantageClientOptions {
  readonly url: URL;
  readonly token: string;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | undefined;
}

/** Longest waits, ms; shorter ones are for tests. */
export interface VantagePatience {
  readonly headMs: number;
  readonly idleMs: number;
  readonly wholeMs: number;
}

/** Says what is wrong with the URL of a vantage; undefined if nothing is. */
export function refuseVantageUrl(url: URL): string | undefined {
  if (url.hostname.startsWith('[')) return 'it must be an IPv4 address or a name: what is checked is the IPv4 address';
  return refuseServerUrl(url);
}

/**
 * Asks a vantage server, over IPv4 only. Certificates are always verified, redirects never followed, and every answer
 * is bounded in bytes and time. All methods throw {@link VantageError} and nothing else, after an abort too.
 */
export class VantageClient {
  readonly #place: string;
  #remoteAddress: string | null = null;

  /** @throws VantageError for a URL of which {@link refuseVantageUrl} says something */
  constructor(
    private readonly options: VantageClientOptions,
    private readonly patience: VantagePatience = { headMs: HEAD_MS, idleMs: IDLE_MS, wholeMs: WHOLE_MS },
  ) {
    this.#place = options.url.host;
    const problem = refuseVantageUrl(options.url);
    if (problem) throw new VantageError('unreachable', `the vantage's URL cannot be used: ${problem}`);
  }

  /** The address at which the vantage last answered; null before it did. */
  get remoteAddress(): string | null {
    return this.#remoteAddress;
  }

  /** Asks where we come from, and what the vantage offers. */
  async whoami(signal: AbortSignal): Promise<Whoami> {
    const answer = await this.#ask('/v1/whoami', undefined, 'application/json', signal);
    const text = await this.#readText(answer, MAX_WHOAMI_BYTES, signal);
    return this.#parse(whoamiSchema, parseJson(text), 'answer');
  }

  /** Has our own public address checked. */
  async check(request: CheckRequest, signal: AbortSignal): Promise<Report> {
    // Where the profile's file is concerns no one else.
    const body = { ...request, profile: { ...request.profile, file: null } };
    let report: Report | undefined;
    for await (const { event, data } of this.#events('/v1/checks', body, REPORT_LIMITS, signal)) {
      if (event === 'report') report = this.#parse(reportSchema, data, 'report');
    }
    return report ?? this.#fail('it sent no report');
  }

  /** Makes a code for a check by someone at a client's site. */
  async makeInvite(request: Omit<InviteRequest, 'nonce'>, signal: AbortSignal): Promise<MadeInviteCode> {
    const body = JSON.stringify({ ...request, nonce: createNonce() });
    const answer = await this.#ask('/v1/invites', body, 'application/json', signal);
    const text = await this.#readText(answer, MAX_WHOAMI_BYTES, signal);
    return this.#parse(madeInviteSchema, parseJson(text), 'answer');
  }

  /** Asks what became of a code that we made. */
  async readInvite(id: string, signal: AbortSignal): Promise<InviteAnswer> {
    const answer = await this.#ask(`/v1/invites/${encodeURIComponent(id)}`, undefined, 'application/json', signal);
    const told = this.#parse(
      inviteAnswerSchema,
      parseJson(await this.#readText(answer, MAX_INVITE_BYTES, signal)),
      'answer',
    );
    return told.id === id ? told : this.#fail('it told of another invite');
  }

  /** Asks for a stream; gives its events, `started` first, and ends with `end`, which it leaves out. */
  stream(path: VantageStream, body: object, signal: AbortSignal): AsyncIterable<VantageEvent> {
    return this.#events(path, body, STREAM_LIMITS, signal);
  }

  async *#events(
    path: string,
    body: object,
    limits: StreamLimits,
    signal: AbortSignal,
  ): AsyncGenerator<VantageEvent, void> {
    const answer = await this.#ask(
      path,
      JSON.stringify({ ...body, nonce: createNonce() }),
      'text/event-stream',
      signal,
    );
    const parser = new EventStreamParser(limits);
    let started = false;
    for await (const chunk of this.#readBody(answer, signal)) {
      for (const streamEvent of parser.push(chunk)) {
        const { event, data } = this.#readEvent(streamEvent);
        if (!started && event !== 'started' && event !== 'failed') this.#fail(`its first event is not "started"`);
        started = true;
        if (event === 'end') return;
        if (event === 'failed') throw this.#tellFailure(data);
        yield { event, data };
      }
      if (parser.problem !== null) this.#fail(`it sent ${parser.problem}`);
    }
    this.#fail('its answer was cut off');
  }

  #readEvent({ event, data }: StreamEvent): VantageEvent {
    const value = parseJson(data);
    return value === undefined ? this.#fail('it sent an event that is not JSON') : { event, data: value };
  }

  async #ask(path: string, body: string | undefined, type: string, signal: AbortSignal): Promise<HttpAnswer> {
    const { url, token, ca } = this.options;
    const answer = await requestHttp({
      method: body === undefined ? 'GET' : 'POST',
      url: new URL(url.pathname.replace(/\/+$/, '') + path, url),
      headers: {
        ...{ authorization: `Bearer ${token}`, accept: type, 'user-agent': USER_AGENT },
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
      ...{ family: 4, ca, signal, ...this.patience },
    }).catch((error: unknown) => {
      throw signal.aborted ? tellStop() : tellConnectError(this.#place, error as NodeJS.ErrnoException);
    });
    this.#remoteAddress = answer.remoteAddress;
    if (answer.status !== 200) {
      const said = await this.#readText(answer, MAX_REFUSAL_BYTES, signal).catch(() => '');
      throw tellRefusal(this.#place, answer.status, said);
    }
    if (answer.header('content-type').split(';')[0]!.trim().toLowerCase() === type) return answer;
    answer.drop();
    return this.#fail(`it does not answer with ${type}`);
  }

  async #readText(answer: HttpAnswer, max: number, signal: AbortSignal): Promise<string> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of this.#readBody(answer, signal)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > max) break;
    }
    return Buffer.concat(chunks).toString('utf8', 0, max);
  }

  async *#readBody({ body }: HttpAnswer, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    const chunks = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await chunks.next().catch((error: unknown) => {
          throw signal.aborted ? tellStop() : this.#tellCut(error as NodeJS.ErrnoException);
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }

  /** Compares with a schema; a value that is nested too deep for that counts as a wrong one. */
  #parse<T>(schema: { parse(value: unknown): T }, value: unknown, what: string): T {
    try {
      return schema.parse(value);
    } catch {
      return this.#fail(`its ${what} is not in the form that was agreed`);
    }
  }

  #tellCut({ code }: NodeJS.ErrnoException): VantageError {
    const why = code === 'ETIMEDOUT' ? 'it was silent for too long, or did not end' : 'its answer was cut off';
    return new VantageError('protocol', `${this.#place} began to answer, but ${why}`);
  }

  #tellFailure(data: unknown): VantageError {
    const { message } = this.#parse(failedEventSchema, data, 'event "failed"');
    return new VantageError('refused', `the vantage ${this.#place} failed: ${message}`);
  }

  #fail(why: string): never {
    throw new VantageError('protocol', `${this.#place} does not answer as a vantage does: ${why}`);
  }
}

function tellStop(): VantageError {
  return new VantageError('unreachable', 'the request to the vantage was stopped');
}
