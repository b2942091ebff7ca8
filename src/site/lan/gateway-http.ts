import type { Conversation } from '../../net/sockets/conversation.js';
import type { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import type { Outcome } from '../../net/scan/outcome.js';
import { MAX_HEAD_BYTES } from '../../protocols/http/headers.js';
import { renderHttpGet, renderHttpPost } from '../../protocols/http/http.js';
import { isHttpAnswered, parseHttpAnswer } from '../../protocols/http/http-response.js';
import { MAX_XML_BYTES } from '../../protocols/upnp/xml.js';
import { USER_AGENT } from '../../version.js';
import { onAbort, waitWithin } from '../../async/time-limit.js';

/** A gateway, and how long it may be talked to. All connections go to this host, whatever a URL says. */
export interface GatewayPeer {
  readonly engine: Engine;
  readonly host: Host;
  readonly signal: AbortSignal;
}

/** A part of a sentence on why something was not read. */
export interface Problem {
  readonly problem: string;
}

/** An answer of the gateway, whatever its status. */
export interface GatewayAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Whether its end was seen: where not, the body may be a part of it. */
  readonly whole: boolean;
}

/** What is sent besides the path; without it the request is a GET. */
export interface Post {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Gateways are slow: they get this many times what another service gets. */
const PATIENCE = 2;
const MAX_BYTES = MAX_XML_BYTES + 2 * MAX_HEAD_BYTES;

/**
 * Connects to a port of the gateway and runs `talk` on it. A problem where it cannot be connected to, or where the
 * term ends before; `talk` itself has to end with the term, which it does where it waits for its requests only.
 */
export function talkHttp<T>(
  { engine, host, signal }: GatewayPeer,
  port: number,
  talk: (dialogue: HttpDialogue) => Promise<T>,
): Promise<T | Problem> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve({ problem: endReason(signal) });
    let connected = false;
    const forget = onAbort(signal, () => connected || resolve({ problem: endReason(signal) }));
    engine
      .tcp(host, port, async (conversation) => {
        connected = true;
        resolve(await talk(new HttpDialogue(conversation, signal)));
        return {};
      })
      .then((outcome) => connected || resolve({ problem: describeRefusal(outcome, port) }), reject)
      .finally(forget);
  });
}

/** Requests to one port, one after the other: on one connection where the gateway keeps it open. */
export class HttpDialogue {
  #conversation: Conversation;
  /** Whether the connection is fresh, was kept open after an answer, or has to be opened again. */
  #state: 'fresh' | 'kept' | 'spent' = 'fresh';

  constructor(
    conversation: Conversation,
    private readonly signal: AbortSignal,
  ) {
    this.#conversation = conversation;
  }

  /**
   * Sends a request and reads the answer, redirects and error statuses too: what they mean is the caller's affair.
   * `beyondLength` reads on to the end of the connection, whatever length the answer tells.
   */
  async request(path: string, post?: Post, beyondLength = false): Promise<GatewayAnswer | Problem> {
    if (this.#state === 'spent' && !(await this.#reopen())) return this.#lost();
    const wasKept = this.#state === 'kept';
    this.#state = 'spent';
    const read = await waitWithin(this.signal, () => this.#exchange(path, post, beyondLength));
    if (!read) return this.#lost();
    const { bytes, end } = read;
    // It may have ended the kept connection just before; asking once more on a new one changes nothing.
    if (bytes.length === 0 && wasKept && end !== 'timeout') return this.request(path, post, beyondLength);
    if (end === 'limit') return { problem: `its answer is longer than ${MAX_XML_BYTES / 1024} KiB` };
    const answer = parseHttpAnswer(beyondLength ? forgetLength(bytes) : bytes, MAX_XML_BYTES);
    if (answer) {
      if (answer.staysOpen) this.#state = 'kept';
      const { status, body, ended, delimited } = answer;
      return { status, body, whole: ended || (!delimited && end === 'closed') };
    }
    if (bytes.length > 0) return { problem: 'its answer is not HTTP' };
    return { problem: end === 'timeout' ? 'it did not answer in time' : 'it ended the connection without an answer' };
  }

  #exchange(path: string, post: Post | undefined, beyondLength: boolean): ReturnType<Conversation['read']> {
    const { remote, answerMs } = this.#conversation;
    const request = { path, host: remote.address, port: remote.port, userAgent: USER_AGENT };
    this.#conversation.send(post ? renderHttpPost(request, post.headers, post.body) : renderHttpGet(request));
    return this.#conversation.read({
      waitMs: PATIENCE * answerMs,
      maxBytes: MAX_BYTES,
      isComplete: (bytes) => !beyondLength && isHttpAnswered(bytes, MAX_XML_BYTES),
    });
  }

  async #reopen(): Promise<boolean> {
    const next = await waitWithin(this.signal, () => this.#conversation.reopen());
    if (next) this.#conversation = next;
    this.#state = next ? 'fresh' : 'spent';
    return next !== null;
  }

  #lost(): Problem {
    return { problem: this.signal.aborted ? endReason(this.signal) : 'it could not be connected to again' };
  }
}

/** The same answer without its Content-Length. */
function forgetLength(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const head = text.slice(0, end).replace(/\r?\ncontent-length:[^\r\n]*/gi, '');
  return Buffer.from(head + text.slice(end), 'latin1');
}

/** Why the time with a gateway ended: a part of a sentence. */
export function endReason(signal: AbortSignal): string {
  return String(signal.reason);
}

function describeRefusal({ state, reason }: Outcome, port: number): string {
  if (state === 'closed') return `it refused the connection to port ${port}`;
  if (state === 'error') return `port ${port} could not be asked from here (${reason})`;
  return `port ${port} did not answer`;
}
