/** So many nonces are remembered in all; what comes beyond is refused rather than let through. */
const MAX_NONCES = 200_000;
const REMEMBERED_MS = 24 * 3_600_000;

/** Nonces that were used within the last day, by token. The rates keep one token from filling it. */
export class Nonces {
  readonly #seen = new Map<string, number>();

  constructor(readonly max = MAX_NONCES) {}

  /** Takes a nonce; says whether it is `new`, was `used`, or there is no room to remember it (`full`). */
  take(token: string, nonce: string, now: Date): 'new' | 'used' | 'full' {
    for (const [key, at] of this.#seen) {
      if (now.getTime() - at < REMEMBERED_MS) break;
      this.#seen.delete(key);
    }
    // One value of 16 bytes has several spellings in base64url.
    const key = `${token} ${Buffer.from(nonce, 'base64url').toString('base64url')}`;
    if (this.#seen.has(key)) return 'used';
    if (this.#seen.size >= this.max) return 'full';
    this.#seen.set(key, now.getTime());
    return 'new';
  }
}
