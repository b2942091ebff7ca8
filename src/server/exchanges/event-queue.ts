/** Events that are pushed on one side and awaited on the other; not more than `max` of them in all. */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #events: T[] = [];
  #left: number;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(max: number) {
    this.#left = max;
  }

  /** Adds an event; false where there may be no more. */
  push(event: T): boolean {
    if (this.#ended || this.#left === 0) return false;
    this.#left--;
    this.#events.push(event);
    this.#wake?.();
    return true;
  }

  /** Ends the queue behind what it holds. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Takes the events out, as they come. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      while (this.#events.length > 0) yield this.#events.shift()!;
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
