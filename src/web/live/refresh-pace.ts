/** Of the processor's time, at most so much goes to pages that bring themselves up to date. */
const SHARE = 0.05;

/** A page waits between these before it is asked for again, ms. */
const GAP_MS = { least: 1_500, most: 120_000 } as const;

/** How much the newest page counts for what one takes. */
const WEIGHT = 0.1;

/** How often pages bring themselves up to date: the more of them there are, and the longer one takes, the less often. */
export class RefreshPace {
  #pageMs = 20;

  /** Takes note of how long a page took. */
  note(ms: number): void {
    this.#pageMs += WEIGHT * (ms - this.#pageMs);
  }

  /** How long each of so many pages waits before it is asked for again, ms. */
  gapMs(pages: number): number {
    return Math.round(Math.min(GAP_MS.most, Math.max(GAP_MS.least, (pages * this.#pageMs) / SHARE)));
  }
}
