/** Something that happens at a time, ms; among those of one time the one that was appointed first. */
interface Event {
  at: number;
  order: number;
  /** Null once it ran or was forgotten. */
  run: (() => void) | null;
  readonly everyMs: number | null;
  /** It happens outside of the process, whether that stands still or not. */
  readonly isOutside: boolean;
}

/** A time in which the process stands still, ms since the begin. */
export interface Standstill {
  readonly fromMs: number;
  readonly forMs: number;
}

const NAMES = ['performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'] as const;
const realImmediate = globalThis.setImmediate;

const BEGIN = 1_000;

/**
 * Takes the place of the clock and the timers: time jumps from one event to the next. While the process stands still,
 * what happens to it waits until it goes on; immediates come after all that came meanwhile, as they do in Node.
 */
export class VirtualClock {
  readonly #heap: Event[] = [];
  #order = 0;
  now = BEGIN;

  constructor(private readonly standstills: readonly Standstill[] = []) {}

  /** Calls `run` in `ms`, outside of the process. */
  in(ms: number, run: () => void): void {
    this.#appoint(ms, run, null, true);
  }

  /** Tells the process of something: now, or as soon as it goes on. */
  tell(run: () => void): void {
    if (this.#endOfStandstill() === null) run();
    else this.#appoint(0, run);
  }

  /** When the process goes on that stands still now. */
  #endOfStandstill(): number | null {
    const ms = this.now - BEGIN;
    const one = this.standstills.find(({ fromMs, forMs }) => fromMs <= ms && ms < fromMs + forMs);
    return one ? BEGIN + one.fromMs + one.forMs : null;
  }

  /** Puts itself in the place of the globals; returns how to give them back. */
  install(): () => void {
    const before = NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const);
    const forget = (event: Event | undefined): void => void (event && (event.run = null));
    const values: Record<(typeof NAMES)[number], unknown> = {
      performance: { now: () => this.now },
      setTimeout: (run: () => void, ms: number) => this.#appoint(ms, run),
      clearTimeout: forget,
      setInterval: (run: () => void, ms: number) => this.#appoint(ms, run, ms),
      clearInterval: forget,
      setImmediate: (run: () => void) => this.#appoint(0, run),
    };
    for (const name of NAMES) Object.defineProperty(globalThis, name, { value: values[name], configurable: true });
    return () => before.forEach(([name, descriptor]) => Object.defineProperty(globalThis, name, descriptor));
  }

  /** Lets time go on until `work` has come to its end. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => void (over = true);
    work.then(end, end);
    for (;;) {
      // Promises and ticks that the last event has left behind run before the next one.
      await new Promise((resolve) => realImmediate(resolve));
      if (over) return work;
      this.#step();
    }
  }

  #step(): void {
    const event = this.#pop();
    if (!event) throw new Error('nothing will ever happen again');
    const { run, everyMs } = event;
    if (!run) return;
    this.now = event.at;
    const end = event.isOutside ? null : this.#endOfStandstill();
    if (end !== null) return this.#push(event, end - this.now);
    if (everyMs === null) event.run = null;
    run();
    if (event.run && everyMs !== null) this.#push(event, everyMs);
  }

  #appoint(ms: number, run: () => void, everyMs: number | null = null, isOutside = false): Event {
    const event: Event = { at: 0, order: 0, run, everyMs, isOutside };
    this.#push(event, ms);
    return event;
  }

  #push(event: Event, ms: number): void {
    event.at = this.now + Math.max(0, ms);
    event.order = this.#order++;
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!last || last === first) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
