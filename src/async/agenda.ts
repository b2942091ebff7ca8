/** Something to run at its time; `run` is null once it ran or was cancelled. */
export interface Appointment {
  run: (() => void) | null;
}

/** Resolution of an agenda, ms: what is due sooner runs without an appointment. */
export const TICK_MS = 4;

/** A tick that is late by this much shows that the process stood still, ms. */
const STALL_MS = 500;

/**
 * All deadlines, retries and pacing of an engine, in one heap behind one timer: thousands of probes in flight
 * cost no timer each. Times are those of `performance.now()`, in milliseconds; the resolution is one tick.
 *
 * While the process stood still it heard nothing: such time does not count as anyone's silence, and puts off all
 * appointments. What is due runs after the events that came in meanwhile.
 */
export class Agenda {
  readonly #heap: Appointment[] = [];
  /** When each of the heap is due. By themselves: they are compared all the time, and numbers lie in their array. */
  readonly #dues: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastTick = 0;

  /** Calls `run` at `due` or within a tick after it. */
  at(due: number, run: () => void): Appointment {
    const appointment: Appointment = { run };
    this.#push(appointment, due);
    if (!this.#timer) {
      this.#lastTick = performance.now();
      this.#timer = setInterval(() => setImmediate(() => this.#tick()), TICK_MS);
    }
    return appointment;
  }

  /** Calls `run` in `ms` milliseconds. */
  in(ms: number, run: () => void): Appointment {
    return this.at(performance.now() + ms, run);
  }

  /** When the process last looked after events: what was heard since may have come at any time since. */
  get turnedAt(): number {
    return this.#lastTick;
  }

  /** Forgets everything and stops the timer. */
  clear(): void {
    this.#heap.length = 0;
    this.#dues.length = 0;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = performance.now();
    const stalled = now - this.#lastTick - TICK_MS;
    this.#lastTick = now;
    const [heap, dues] = [this.#heap, this.#dues];
    if (stalled > STALL_MS) for (let index = 0; index < dues.length; index++) dues[index]! += stalled;
    for (let head = heap[0]; head && (dues[0]! <= now || head.run === null); head = heap[0]) {
      this.#pop();
      const run = head.run;
      head.run = null;
      run?.();
    }
    if (this.#heap.length === 0) this.clear();
  }

  #push(item: Appointment, due: number): void {
    const [heap, dues] = [this.#heap, this.#dues];
    let index = heap.push(item) - 1;
    dues.push(due);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (dues[parent]! <= due) break;
      heap[index] = heap[parent]!;
      dues[index] = dues[parent]!;
      index = parent;
    }
    heap[index] = item;
    dues[index] = due;
  }

  #pop(): void {
    const [heap, dues] = [this.#heap, this.#dues];
    const [last, due] = [heap.pop()!, dues.pop()!];
    const size = heap.length;
    if (size === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && dues[child + 1]! < dues[child]!) child++;
      if (dues[child]! >= due) break;
      heap[index] = heap[child]!;
      dues[index] = dues[child]!;
      index = child;
    }
    heap[index] = last;
    dues[index] = due;
  }
}

/** Cancels an appointment, if there is one. */
export function cancel(appointment: Appointment | null | undefined): void {
  if (appointment) appointment.run = null;
}
