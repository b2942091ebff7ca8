/** Decides how long something that fails is left alone: twice as long after each failure. */
export class BackOff {
  #failures = 0;
  #until = -Infinity;

  /**
   * @param leastMs the wait after the first failure
   * @param mostMs the longest wait
   * @param now ms, of a clock that no one sets
   */
  constructor(
    private readonly leastMs: number,
    private readonly mostMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** How long it is to be left alone still, ms; 0 if it may be tried. */
  get restMs(): number {
    return Math.max(0, this.#until - this.now());
  }

  noteFailure(): void {
    this.#until = this.now() + Math.min(this.leastMs * 2 ** this.#failures++, this.mostMs);
  }

  noteSuccess(): void {
    this.#failures = 0;
    this.#until = -Infinity;
  }
}
