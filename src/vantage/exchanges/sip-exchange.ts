import { Bell } from '../../async/bell.js';
import type { SipMessageEvent } from '../../model/vantage-api.js';
import {
  drawMediaPort,
  readContactUri,
  readExchangeMessage,
  renderExchangeAnswer,
  renderExchangeRequest,
  type SipMessage,
} from '../../protocols/sip/sip-exchange.js';
import { createSipTag, type SipPlace } from '../../protocols/sip/sip.js';
import { USER_AGENT } from '../../version.js';

/** Messages of one exchange that are told, both directions together; no more are answered either. */
const MAX_EVENTS = 128;

/** A message that came to a port of ours, and the way back. */
export interface IncomingSip {
  readonly transport: 'udp' | 'tcp';
  readonly bytes: Buffer;
  readonly from: SipPlace;
  readonly local: SipPlace;
  /** Sends to where the message came from; rejects, or answers false, where that failed. */
  readonly send: (bytes: Buffer) => Promise<void> | boolean;
}

/** The vantage's side of one exchange: answers what is signed with its key and tells what came and went. */
export class SipExchange {
  readonly events = new EventQueue<SipMessageEvent>(MAX_EVENTS);
  readonly #mediaPort = drawMediaPort();
  readonly #tags: Readonly<Record<'udp' | 'tcp', string>>;

  constructor(private readonly key: Buffer) {
    this.#tags = { udp: createSipTag(key), tcp: createSipTag(key) };
  }

  /** Reads a message; undefined where it is not signed with this exchange's key. */
  read(bytes: Buffer): SipMessage | undefined {
    return readExchangeMessage(bytes, this.key);
  }

  /** Takes a message that {@link read} has read. */
  hear(incoming: IncomingSip, message: SipMessage): void {
    if (this.#tell('arrived', incoming, incoming.bytes)) void this.#answer(incoming, message);
  }

  async #answer(incoming: IncomingSip, message: SipMessage): Promise<void> {
    for (const bytes of this.#renderAnswers(incoming, message)) {
      // What could not be sent is not a message: the other side sees that none is reported.
      const sent = await Promise.resolve(incoming.send(bytes)).catch(() => false);
      if (sent !== false) this.#tell('sent', incoming, bytes);
    }
  }

  #renderAnswers({ transport, from, local }: IncomingSip, request: SipMessage): Buffer[] {
    const sender = { transport, local, userAgent: USER_AGENT };
    const answer = (status: 200 | 183 | 603, mediaPort: number | null) =>
      renderExchangeAnswer({ ...sender, request, from, status, mediaPort }) ?? [];
    if (request.name === 'INVITE') return [answer(183, this.#mediaPort), answer(603, null)].flat();
    if (request.name !== 'OPTIONS') return [];
    // Where a phone system registers, the provider asks it at the address that its Contact tells (RFC 3261 §12.2.1.1).
    const ask = renderExchangeRequest({
      ...{ ...sender, method: 'OPTIONS', remote: from, tag: this.#tags[transport], mediaPort: this.#mediaPort },
      uri: readContactUri(request.head),
    });
    return [answer(200, null), ask].flat();
  }

  #tell(direction: 'arrived' | 'sent', { transport, from }: IncomingSip, bytes: Buffer): boolean {
    const peer = { address: from.address, port: from.port };
    return this.events.push({ direction, transport, peer, bytes: bytes.toString('base64') });
  }
}

/** Events that are pushed on one side and awaited on the other; not more than `max` of them in total. */
class EventQueue<T> implements AsyncIterable<T> {
  readonly #events: T[] = [];
  #left: number;
  #ended = false;
  readonly #bell = new Bell();

  constructor(max: number) {
    this.#left = max;
  }

  /** Adds an event; false if there may be no more. */
  push(event: T): boolean {
    if (this.#ended || this.#left === 0) return false;
    this.#left--;
    this.#events.push(event);
    this.#bell.ring();
    return true;
  }

  /** Ends the queue behind what it holds. */
  end(): void {
    this.#ended = true;
    this.#bell.ring();
  }

  /** Takes the events out, as they come. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      while (this.#events.length > 0) yield this.#events.shift()!;
      if (this.#ended) return;
      await this.#bell.until(() => this.#ended || this.#events.length > 0);
    }
  }
}
