/** Round-trip time estimator of one host after RFC 6298 (alpha 1/8, beta 1/4). Times in milliseconds. */
export class RttEstimator {
  #smoothed: number | null = null;
  #variation = 0;

  /** Takes a sample; by Karn's rule only where it is known which try was answered. */
  sample(ms: number): void {
    if (this.#smoothed === null) {
      this.#smoothed = ms;
      this.#variation = ms / 2;
      return;
    }
    this.#variation += (Math.abs(this.#smoothed - ms) - this.#variation) / 4;
    this.#smoothed += (ms - this.#smoothed) / 8;
  }

  /** Smoothed round-trip time, or null before the first sample. */
  get smoothedMs(): number | null {
    return this.#smoothed;
  }

  /** How long an answer may take before it counts as missing, or null before the first sample. */
  get timeoutMs(): number | null {
    return this.#smoothed === null ? null : this.#smoothed + Math.max(50, 4 * this.#variation);
  }
}
