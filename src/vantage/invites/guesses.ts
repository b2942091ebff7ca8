import { siteOf } from '../../server/caller.js';
import { Refusal } from '../../server/refusal.js';
import type { Limits } from '../limits.js';

const WINDOW_MS = 60_000;

/**
 * Wrong codes of the last minute. A code has 40 bits, so it is safe as long as few are tried: from one site, and from
 * all of them together, however many addresses someone has.
 */
export class Guesses {
  #recent: { readonly at: number; readonly site: string }[] = [];

  constructor(private readonly limits: Pick<Limits, 'wrongCodes' | 'addressWrongCodes'>) {}

  /**
   * Counts a try before it is known whether the code is right, so that many at once are no more than few.
   * @returns takes it back: the code was right
   * @throws Refusal if too many were wrong
   */
  begin(address: string, now: Date): () => void {
    const site = siteOf(address);
    this.#recent = this.#recent.filter(({ at }) => now.getTime() - at < WINDOW_MS);
    const own = this.#recent.filter((guess) => guess.site === site);
    const { wrongCodes, addressWrongCodes } = this.limits;
    const full = own.length >= addressWrongCodes ? own : this.#recent.length >= wrongCodes ? this.#recent : null;
    if (full) {
      const seconds = Math.ceil((full[0]!.at + WINDOW_MS - now.getTime()) / 1_000);
      throw new Refusal(429, 'code', 'too many wrong codes were tried: try again in a minute', seconds);
    }
    const guess = { at: now.getTime(), site };
    this.#recent.push(guess);
    return () => void (this.#recent = this.#recent.filter((other) => other !== guess));
  }
}
