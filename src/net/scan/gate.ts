import { parseAddress } from '../../model/address.js';
import { type Agenda, TICK_MS } from '../../async/agenda.js';
import { Queue } from '../../async/queue.js';
import type { Timing } from './timing.js';

const PRUNE_ABOVE = 4096;

/** Reserves the next moment at which a packet may leave; see {@link createPacer}. */
export type Pacer = (now: number) => number;

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

/** Spaces packets to one network (IPv4 /24, IPv6 /48) across all of its targets. */
export class NetworkPacing {
  readonly #next = new Map<string, number>();

  /** Creates the pacer of one host: keeps both the host's gap and that of its network. */
  createPacer(address: string, { hostGapMs, networkGapMs }: Pick<Timing, 'hostGapMs' | 'networkGapMs'>): Pacer {
    const network = networkOf(address);
    let hostNext = 0;
    return (now) => {
      const due = Math.max(now, hostNext, this.#next.get(network) ?? 0);
      hostNext = due + hostGapMs;
      if (this.#next.size > PRUNE_ABOVE) this.#prune(now);
      this.#next.set(network, due + networkGapMs);
      return due;
    };
  }

  #prune(now: number): void {
    for (const [network, next] of this.#next) if (next < now) this.#next.delete(network);
  }
}

/** The network that an address is paced with: its IPv4 /24 or IPv6 /48. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, address.lastIndexOf('.'));
  const parsed = parseAddress(address);
  return parsed ? String(parsed.value >> 80n) : address;
}
