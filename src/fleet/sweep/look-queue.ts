/**
 * Gives out first looks as they come, and second looks as they fall due, in one stream. It ends when every look that
 * it gave out was reported back and none is left, or at once when it is closed.
 */
export class LookQueue<T> {
  readonly #later: { readonly look: T; readonly due: number }[] = [];
  #out = 0;
  #closed = false;
  #wake: () => void = () => {};

  /** Looks that wait for their time. */
  get waiting(): number {
    return this.#later.length;
  }

  /** Notes that a look was dealt with; `again` is to be given out `delayMs` from now. */
  done(again: { readonly look: T; readonly delayMs: number } | null): void {
    this.#out--;
    if (again) this.#later.push({ look: again.look, due: performance.now() + again.delayMs });
    this.#wake();
  }

  /** Gives out no more. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** The stream; read it once. */
  async *take(firsts: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = firsts[Symbol.asyncIterator]();
    let more = true;
    try {
      while (!this.#closed) {
        // All wait equally long, so that the first is due first.
        const head = this.#later[0];
        if (head && head.due <= performance.now()) {
          this.#later.shift();
          this.#out++;
          yield head.look;
        } else if (more) {
          const next = await iterator.next();
          if (next.done) more = false;
          else {
            this.#out++;
            yield next.value;
          }
        } else if (head) await this.#sleep(head.due - performance.now());
        else if (this.#out > 0) await this.#sleep(null);
        else return;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Waits until something is reported back, or `ms` have passed. */
  #sleep(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
