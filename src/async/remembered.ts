/** What takes a while to be read, and is read again only once it is so old. */
export class Remembered<T> {
  #last: { readonly at: number; readonly value: Promise<T> } | null = null;

  constructor(
    private readonly forMs: number,
    private readonly read: () => Promise<T>,
  ) {}

  /** How long ago it was read, ms; 0 if it never was. */
  get ageMs(): number {
    return this.#last ? performance.now() - this.#last.at : 0;
  }

  /** What was read not too long ago. What could not be read is read again the next time. */
  get(): Promise<T> {
    if (this.#last && this.ageMs < this.forMs) return this.#last.value;
    // A clock that is set back would keep it for as long: not by the time of day.
    const at = performance.now();
    const value = this.read();
    this.#last = { at, value };
    value.catch(() => (this.#last = null));
    return value;
  }
}
