import { onAbort } from '../../async/time-limit.js';
import type { Talk } from '../sockets/conversation.js';
import { Core } from './core.js';
import { Host } from './host.js';
import type { Outcome, Watcher } from './outcome.js';
import { NetworkPacing } from './pacing.js';
import type { TcpOptions } from './tcp-connect.js';
import { talkTcp } from './tcp-talk.js';
import type { Timing } from './timing.js';
import { exchangeUdp } from './udp-exchange.js';
import type { UdpRequest } from './udp-request.js';

/**
 * The only owner of sockets: grants descriptors and packets, keeps deadlines, learns each host's round-trip time.
 * Outcomes never reject for anything that the network or the target does.
 */
export class Engine {
  readonly #core: Core;
  readonly #pacing = new NetworkPacing();
  readonly #forget: () => void;
  #cut = false;

  /** Is cut off by the signal, where there is one. */
  constructor(
    readonly timing: Timing,
    signal?: AbortSignal,
  ) {
    this.#core = new Core(timing);
    this.#forget = signal ? onAbort(signal, () => this.cutOff()) : () => {};
  }

  /** Begins with a target; `address` is an IP literal. It may have a timing of its own; rate and sockets are shared. */
  host(address: string, timing = this.timing): Host {
    return new Host(address, this.#pacing.createPacer(address, timing), timing);
  }

  /** Connects to a TCP endpoint and, where it is open, runs `talk` on the connection. */
  watchTcp(host: Host, port: number, watcher: Watcher, talk?: Talk, options?: TcpOptions): void {
    talkTcp(this.#core, host, port, watcher, talk, options);
    if (this.#cut) this.cutOff();
  }

  /** Asks a UDP endpoint. */
  watchUdp(host: Host, port: number, watcher: Watcher, request: UdpRequest): void {
    exchangeUdp(this.#core, host, port, request, watcher);
    if (this.#cut) this.cutOff();
  }

  /** As {@link watchTcp}; rejects if `talk` is broken. */
  tcp(host: Host, port: number, talk?: Talk, options?: TcpOptions): Promise<Outcome> {
    return new Promise((saw, crashed) => this.watchTcp(host, port, { saw, crashed }, talk, options));
  }

  /** As {@link watchUdp}. */
  udp(host: Host, port: number, request: UdpRequest): Promise<Outcome> {
    return new Promise((saw, crashed) => this.watchUdp(host, port, { saw, crashed }, request));
  }

  /** Waits; ends at once when the engine is cut off. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#cut) return resolve();
      const { agenda, running } = this.#core;
      const sleeper = { cutOff: finish };
      function finish(): void {
        running.delete(sleeper);
        resolve();
      }
      running.add(sleeper);
      agenda.in(ms, finish);
    });
  }

  /** Ends everything under way at once; what is asked for later ends at once too. */
  cutOff(): void {
    this.#cut = true;
    this.#core.cutOff();
  }

  /** Ends what is under way, and lets go of all sockets and timers. */
  async close(): Promise<void> {
    this.#forget();
    this.cutOff();
    await this.#core.close();
  }
}
