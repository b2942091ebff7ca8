import type { Agenda } from './agenda.js';
import type { Gate } from './gate.js';
import type { SharedUdp } from './udp-shared.js';

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
