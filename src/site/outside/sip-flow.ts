import {
  drawMediaPort,
  readExchangeMessage,
  readTo,
  renderExchangeAnswer,
  renderExchangeRequest,
} from '../../protocols/sip/sip-exchange.js';
import { createSipTag, type SipPlace } from '../../protocols/sip/sip.js';
import type { SipRecords } from './sip-records.js';
import { USER_AGENT } from '../../version.js';

/** Answers of ours to the vantage's requests, at most. */
const MAX_ANSWERS = 16;

/** The way to the vantage over one transport. */
export interface SipChannel {
  readonly transport: 'udp' | 'tcp';
  /** Our address and port, as we see them. */
  readonly local: SipPlace;
  /** The vantage's. */
  readonly remote: SipPlace;
  /** Rejects with the system's error. */
  send(bytes: Buffer): Promise<void>;
}

/** A conversation with the vantage over one transport: OPTIONS both ways, then an INVITE that is declined. */
export class SipFlow {
  readonly #mediaPort = drawMediaPort();
  #answers = 0;
  /** The To of the final answer, for the ACK. */
  #declinedTo: string | undefined;

  constructor(
    private readonly channel: SipChannel,
    private readonly key: Buffer,
    private readonly records: SipRecords,
  ) {}

  /** Takes what came in; what is not signed is not ours. */
  hear(bytes: Buffer): void {
    const message = readExchangeMessage(bytes, this.key);
    if (!message) return;
    this.records.note('inward', 'arrived', message.name, bytes);
    if (message.name === '603 Decline') this.#declinedTo = readTo(message.head);
    if (message.name !== 'OPTIONS' || this.#answers++ >= MAX_ANSWERS) return;
    const { transport, local, remote } = this.channel;
    const answer = renderExchangeAnswer({
      ...{ transport, local, userAgent: USER_AGENT, request: message, from: remote, status: 200, mediaPort: null },
    });
    if (answer) void this.#send('200 OK', answer);
  }

  /**
   * Holds the conversation, with a try after each wait (ms). Ends early where everything has come, where the
   * connection fails, or by the signal.
   */
  async run(waits: readonly number[], signal: AbortSignal): Promise<void> {
    const { records } = this;
    const both = (name: string) => records.hasArrived('outward', name) && records.hasArrived('inward', name);
    const options = this.#render('OPTIONS', createSipTag(this.key), null);
    await this.#try('OPTIONS', options, () => both('OPTIONS') && both('200 OK'), waits, signal);
    const tag = createSipTag(this.key);
    const answered = () => ['183 Session Progress', '603 Decline'].every((name) => records.hasArrived('inward', name));
    const invite = this.#render('INVITE', tag, this.#mediaPort);
    await this.#try('INVITE', invite, () => records.hasArrived('outward', 'INVITE') && answered(), waits, signal);
    if (this.#declinedTo === undefined) return;
    const ack = this.#render('ACK', tag, null, this.#declinedTo);
    await this.#try('ACK', ack, () => records.hasArrived('outward', 'ACK'), waits, signal);
  }

  #render(method: 'OPTIONS' | 'INVITE' | 'ACK', tag: string, mediaPort: number | null, to?: string): Buffer {
    const { transport, local, remote } = this.channel;
    return renderExchangeRequest({ transport, local, remote, userAgent: USER_AGENT, method, tag, mediaPort, to });
  }

  async #try(
    name: string,
    bytes: Buffer,
    done: () => boolean,
    waits: readonly number[],
    signal: AbortSignal,
  ): Promise<void> {
    const over = () => done() || this.records.problem !== null;
    for (const wait of waits) {
      if (signal.aborted || this.records.problem !== null) return;
      await this.#send(name, bytes);
      if (await this.records.until(over, wait, signal)) return;
    }
  }

  async #send(name: string, bytes: Buffer): Promise<void> {
    try {
      await this.channel.send(bytes);
      this.records.note('outward', 'sent', name, bytes);
    } catch (error) {
      this.records.problem ??= `${name} could not be sent: ${(error as Error).message}`;
      this.records.wake();
    }
  }
}
