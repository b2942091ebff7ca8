import { Refusal } from '../server/refusal.js';

const AGAIN_SECONDS = 2;

/** Places for what is under way at once: so many with one token, and so many in total. */
export class Slots {
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(
    private readonly perToken: number,
    private readonly most: number,
  ) {}

  /**
   * Takes a place.
   * @returns gives it back
   * @throws Refusal if there is none
   */
  take(token: string): () => void {
    const own = this.#taken.get(token) ?? 0;
    if (own >= this.perToken)
      throw new Refusal(429, 'busy', 'too many requests are under way with this token', AGAIN_SECONDS);
    if (this.#total >= this.most) throw new Refusal(503, 'busy', 'the coordinator is too busy', AGAIN_SECONDS);
    this.#taken.set(token, own + 1);
    this.#total++;
    return () => {
      const left = this.#taken.get(token)! - 1;
      if (left > 0) this.#taken.set(token, left);
      else this.#taken.delete(token);
      this.#total--;
    };
  }
}
