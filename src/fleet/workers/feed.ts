import { Bell } from '../../async/bell.js';
import { Queue } from '../../async/queue.js';

/** A stream of what is pushed into it, until it is ended. Read it once. */
export class Feed<T> implements AsyncIterable<T> {
  readonly #items = new Queue<T>();
  readonly #bell = new Bell();
  #ended = false;

  push(items: Iterable<T>): void {
    for (const item of items) this.#items.push(item);
    this.#bell.ring();
  }

  /** Gives out what is in it still, and no more after that. */
  end(): void {
    this.#ended = true;
    this.#bell.ring();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      await this.#bell.until(() => this.#items.size > 0 || this.#ended);
      const item = this.#items.shift();
      if (item === undefined) return;
      yield item;
    }
  }
}
