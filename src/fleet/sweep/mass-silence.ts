import type { SlotState } from '../../model/change.js';

const LEAST_FALLEN = 5;
const LEAST_SHARE = 0.2;
const TIMES_AS_USUAL = 3;

/**
 * Counts the sites that showed life in their last look and show none now. If that is so at many more than usually are
 * silent, it is more likely us than them.
 */
export class MassSilence {
  #known = 0;
  #fallen = 0;
  #usual = 0;

  /** Notes a first look at a slot, and whether it saw the site. */
  note(before: Pick<SlotState, 'silent'> | null, inSight: boolean): void {
    if (before?.silent === undefined) return;
    this.#known++;
    if (before.silent) this.#usual++;
    else if (!inSight) this.#fallen++;
  }

  /** Sites that showed life before and show none now. */
  get fallen(): number {
    return this.#fallen;
  }

  /** Sites that showed life before and show it now. */
  get heard(): number {
    return this.#known - this.#usual - this.#fallen;
  }

  /** Sites of which it is known how they were before. */
  get known(): number {
    return this.#known;
  }

  get isLikely(): boolean {
    return (
      this.#fallen >= LEAST_FALLEN &&
      this.#fallen > LEAST_SHARE * this.#known &&
      this.#fallen > TIMES_AS_USUAL * this.#usual
    );
  }

  /** What to say of it. */
  describe(): string {
    return (
      `${this.#fallen} of ${this.#known} clients that showed life before are silent now: that is more likely our own ` +
      'line than theirs. No change is told of clients that stay silent, and nothing counts as closed. Check the network ' +
      'of this machine, then sweep again'
    );
  }
}
