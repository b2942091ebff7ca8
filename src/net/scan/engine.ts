import { Agenda } from './agenda.js';
import { availableSockets } from './descriptors.js';
import { Gate, NetworkPacing } from './gate.js';
import { Host } from './host.js';
import type { Outcome } from './outcome.js';
import { talkTcp } from './tcp-talk.js';
import type { Timing } from './timing.js';
import { exchangeUdp, type UdpRequest } from './udp-exchange.js';
import { SharedUdp } from './udp-shared.js';
import type { Talk } from '../sockets/conversation.js';

/**
 * The only owner of sockets: grants descriptors and packets, keeps deadlines, learns each host's round-trip time.
 * Outcomes never reject for anything that the network or the target does.
 */
export class Engine {
  readonly #core: Core;
  readonly #pacing: NetworkPacing;
  #cut = false;

  constructor(readonly timing: Timing) {
    const agenda = new Agenda();
    const gate = new Gate(agenda, timing.rate, Math.min(timing.maxSockets, availableSockets()));
    this.#core = { agenda, gate, shared: new SharedUdp(), running: new Set() };
    this.#pacing = new NetworkPacing(timing.networkGapMs);
  }

  /** Begins with a target; `address` is an IP literal. It may have a timing of its own; rate and sockets are shared. */
  host(address: string, timing = this.timing): Host {
    return new Host(address, this.#pacing.createPacer(address, timing.hostGapMs), timing);
  }

  /** Connects to a TCP endpoint and, where it is open, runs `talk` on the connection. */
  tcp(host: Host, port: number, talk?: Talk): Promise<Outcome> {
    const outcome = talkTcp(this.#core, host, port, talk);
    if (this.#cut) this.cutOff();
    return outcome;
  }

  /** Asks a UDP endpoint. */
  udp(host: Host, port: number, request: UdpRequest): Promise<Outcome> {
    const outcome = exchangeUdp(this.#core, host, port, request);
    if (this.#cut) this.cutOff();
    return outcome;
  }

  /** Waits; ends at once when the engine is cut off. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const running = { cutOff: finish };
      const core = this.#core;
      function finish(): void {
        core.running.delete(running);
        resolve();
      }
      if (this.#cut) return resolve();
      core.running.add(running);
      core.agenda.in(ms, finish);
    });
  }

  /** Ends everything under way at once; what is asked for later ends at once too. */
  cutOff(): void {
    this.#cut = true;
    for (const running of [...this.#core.running]) running.cutOff();
  }

  /** Lets go of all sockets and timers; call it when nothing is under way. */
  async close(): Promise<void> {
    this.#core.gate.clear();
    this.#core.agenda.clear();
    await this.#core.shared.close();
  }
}

/** Something under way that can be ended at once. */
export interface Running {
  cutOff(): void;
}

/** What all probes of an engine share. */
export interface Core {
  readonly agenda: Agenda;
  readonly gate: Gate;
  readonly shared: SharedUdp;
  readonly running: Set<Running>;
}
