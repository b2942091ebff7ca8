import type { SlotState } from '../../model/change.js';
import { SilentRow } from './silent-row.js';

const LEAST_FALLEN = 5;
const LEAST_SHARE = 0.2;
const TIMES_AS_USUAL = 3;
/**
 * So many in a row are no chance: clients are looked at in random order. If one in five fell silent, as in a large outage,
 * there is such a row in less than one of a thousand sweeps of 100,000 clients.
 */
const LEAST_IN_ROW = 12;

/**
 * Counts the sites that showed life in their last look and show none now. If that is so at many more than usually are
 * silent, it is more likely us than them; and also if it is so at many whose looks began one after another, however many
 * usually are silent: from some moment on, nothing lives.
 */
export class MassSilence {
  #known = 0;
  #fallen = 0;
  #usual = 0;
  readonly #row = new SilentRow();

  /**
   * Notes a first look at a slot, and whether it saw the site. `begun` is its number in the order in which looks began,
   * if it has one.
   */
  note(before: Pick<SlotState, 'silent'> | null, inSight: boolean, begun?: number): void {
    const fell = before?.silent === false && !inSight;
    if (begun !== undefined && !inSight) this.#row.note(begun, fell);
    if (before?.silent === undefined) return;
    this.#known++;
    if (before.silent) this.#usual++;
    else if (fell) this.#fallen++;
  }

  /** Notes a look that says nothing of our line, by its number: it parts no row. */
  skip(begun?: number): void {
    if (begun !== undefined) this.#row.note(begun, false);
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
    return this.#isRow || this.#isShare;
  }

  get #isRow(): boolean {
    return this.#row.longest >= LEAST_IN_ROW;
  }

  get #isShare(): boolean {
    return (
      this.#fallen >= LEAST_FALLEN &&
      this.#fallen > LEAST_SHARE * this.#known &&
      this.#fallen > TIMES_AS_USUAL * this.#usual
    );
  }

  /** What to say of it. */
  describe(): string {
    const inRow = this.#isRow ? `, ${this.#row.longest} of them one after another` : '';
    return (
      `${this.#fallen} of ${this.#known - this.#usual} clients that showed life before are silent now${inRow}: that is ` +
      'more likely our own line than theirs. No change is told of clients that stay silent, and nothing counts as closed. ' +
      'Check the network of this machine, then sweep again'
    );
  }
}
