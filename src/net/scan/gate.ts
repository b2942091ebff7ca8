import { type Agenda, TICK_MS } from '../../async/agenda.js';
import { Queue } from '../../async/queue.js';
import type { Pacer } from './pacing.js';

interface Job {
  readonly takesSocket: boolean;
  /** Null once its moment is reserved. */
  pacer: Pacer | null;
  readonly run: () => void;
}

const BATCH_MS = 8;

/**
 * The one place where packets and sockets are granted: packets a second (a token bucket), sockets at once, and
 * the pacing of targets and networks. Sends on open sockets go before new sockets, so that what is under way ends.
 */
export class Gate {
  readonly #agenda: Agenda;
  readonly #rate: number;
  readonly #burst: number;
  readonly #opens: Queue<Job> = new Queue();
  readonly #sends: Queue<Job> = new Queue();
  #limit: number;
  #open = 0;
  #tokens: number;
  #refilledAt = performance.now();
  #draining = false;

  constructor(agenda: Agenda, rate: number, maxSockets: number) {
    this.#agenda = agenda;
    this.#rate = rate;
    this.#burst = Math.max(1, rate / 50);
    this.#tokens = this.#burst;
    this.#limit = maxSockets;
  }

  /** Whether all sockets are taken. */
  get isFull(): boolean {
    return this.#open >= this.#limit;
  }

  /** Whether probes wait for a socket. */
  get isCrowded(): boolean {
    return this.#opens.size > 0 && this.isFull;
  }

  /** Calls `run` when a socket may be opened and its first packet sent; `release` gives the socket back. */
  open(pacer: Pacer, run: () => void): void {
    this.#opens.push({ takesSocket: true, pacer, run });
    this.#schedule();
  }

  /** Calls `run` when a packet may be sent on a socket that is open already. */
  send(pacer: Pacer, run: () => void): void {
    this.#sends.push({ takesSocket: false, pacer, run });
    this.#schedule();
  }

  /** Gives back a socket that `open` granted. */
  readonly release = (): void => {
    this.#open--;
    if (this.#opens.size > 0) this.#schedule();
  };

  /** The system refused a socket: from now on stay below what is open. */
  shrink(): void {
    this.#limit = Math.max(8, Math.min(this.#limit, Math.floor(this.#open * 0.9)));
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#opens.clear();
    this.#sends.clear();
  }

  #schedule(): void {
    if (this.#draining) return;
    this.#draining = true;
    setImmediate(() => this.#drain());
  }

  #drain(): void {
    this.#draining = false;
    const start = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((start - this.#refilledAt) / 1000) * this.#rate);
    this.#refilledAt = start;
    for (;;) {
      const queue = this.#sends.size > 0 ? this.#sends : this.#opens;
      if (queue.size === 0 || (queue === this.#opens && this.isFull)) return;
      if (this.#tokens < 1) {
        this.#draining = true;
        this.#agenda.in(((1 - this.#tokens) / this.#rate) * 1000, () => this.#drain());
        return;
      }
      const now = performance.now();
      if (now - start > BATCH_MS) return this.#schedule();
      this.#grant(queue.shift()!, now);
    }
  }

  #grant(job: Job, now: number): void {
    const due = job.pacer?.(now) ?? now;
    if (due > now + TICK_MS) {
      const queue = job.takesSocket ? this.#opens : this.#sends;
      this.#agenda.at(due, () => {
        job.pacer = null;
        queue.push(job);
        this.#schedule();
      });
      return;
    }
    this.#tokens--;
    if (job.takesSocket) this.#open++;
    job.run();
  }
}
