import { Agenda } from '../../async/agenda.js';
import { availableSockets } from './descriptors.js';
import { Gate } from './gate.js';
import type { Timing } from './timing.js';
import { SharedUdp } from './udp-shared.js';

/** Something under way that can be ended at once. */
export interface Running {
  cutOff(): void;
}

/** What all probes of an engine share. */
export class Core {
  readonly agenda = new Agenda();
  readonly gate: Gate;
  readonly running = new Set<Running>();

  constructor(
    { rate, maxSockets }: Timing,
    readonly shared = new SharedUdp(),
  ) {
    this.gate = new Gate(this.agenda, rate, Math.min(maxSockets, availableSockets()));
  }

  /** Ends everything under way at once. */
  cutOff(): void {
    for (const running of [...this.running]) running.cutOff();
  }

  /** Lets go of all sockets and timers. */
  async close(): Promise<void> {
    this.gate.clear();
    this.agenda.clear();
    await this.shared.close();
  }
}
