/** Something to run at a given time; `run` is null once it ran or was cancelled. */
export interface Appointment {
  due: number;
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
  #timer: NodeJS.Timeout | undefined;
  #lastTick = 0;

  /** Calls `run` at `due` or within a tick after it. */
  at(due: number, run: () => void): Appointment {
    const appointment: Appointment = { due, run };
    this.#push(appointment);
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

  /** Forgets everything and stops the timer. */
  clear(): void {
    this.#heap.length = 0;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = performance.now();
    const stalled = now - this.#lastTick - TICK_MS;
    this.#lastTick = now;
    if (stalled > STALL_MS) for (const appointment of this.#heap) appointment.due += stalled;
    for (let head = this.#heap[0]; head && (head.due <= now || head.run === null); head = this.#heap[0]) {
      this.#pop();
      const run = head.run;
      head.run = null;
      run?.();
    }
    if (this.#heap.length === 0) this.clear();
  }

  #push(item: Appointment): void {
    const heap = this.#heap;
    let index = heap.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.due <= item.due) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = item;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]!.due < heap[child]!.due) child++;
      if (heap[child]!.due >= last.due) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

/** Cancels an appointment, if there is one. */
export function cancel(appointment: Appointment | null | undefined): void {
  if (appointment) appointment.run = null;
}
