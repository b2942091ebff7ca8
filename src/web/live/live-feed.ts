import type { Store } from '../../fleet/store/store.js';
import type { Sweep } from '../../fleet/store/sweeps.js';

/** A sweep that is under way, by this process or another. */
export type SweepUnderWay = Pick<Sweep, 'id' | 'startedAt' | 'clients' | 'remaining'>;

/** How things are now: all that a page needs to bring itself up to date, whatever it missed before. */
export interface LiveState {
  /** Another one whenever the store has something new. */
  readonly version: string;
  readonly sweeps: readonly SweepUnderWay[];
}

/** How often the store is asked while someone listens, ms. */
const POLL_MS = 1_000;

/**
 * Tells all listeners how things are, whenever that changes. The store is asked once for all of them: what another
 * process does is seen as well, and a listener that slept hears the newest state, not what it missed.
 */
export class LiveFeed {
  readonly #listeners = new Set<(state: LiveState) => void>();
  #timer: NodeJS.Timeout | null = null;
  #last = '';
  #asking = false;

  constructor(
    private readonly store: Pick<Store, 'readPulse'>,
    private readonly onTrouble: (error: unknown) => void,
    private readonly pollMs = POLL_MS,
  ) {}

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Tells one listener at once, and then whenever something changes, until it is told to stop. */
  listen(onState: (state: LiveState) => void): () => void {
    this.#listeners.add(onState);
    this.#timer ??= setInterval(() => void this.#ask(), this.pollMs);
    if (this.#last === '') void this.#ask();
    else onState(JSON.parse(this.#last) as LiveState);
    return () => {
      this.#listeners.delete(onState);
      if (this.#listeners.size > 0 || !this.#timer) return;
      clearInterval(this.#timer);
      this.#timer = null;
      this.#last = '';
    };
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const state = await this.store.readPulse();
      const text = JSON.stringify(state);
      if (text === this.#last) return;
      this.#last = text;
      for (const listener of this.#listeners) listener(state);
    } catch (error) {
      this.onTrouble(error);
    } finally {
      this.#asking = false;
    }
  }
}
