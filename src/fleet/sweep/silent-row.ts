/** The ends of rows that are kept: as many looks begin while the slowest is under way, and more. */
const MAX_ENDS = 16_384;

/** Looks that began one after another, without one that found life. */
interface Row {
  readonly first: number;
  readonly last: number;
  /** At how many of them something had lived. */
  readonly fallen: number;
}

/**
 * Counts the sites in a row that fell silent, in the order in which the looks at them began: since silence takes longest,
 * the order in which they end says nothing. A look that is under way, or found life, is in no row. Pure.
 */
export class SilentRow {
  /** Each row by its first and its last look. */
  readonly #rows = new Map<number, Row>();
  #longest = 0;

  /** Notes that the look which began as the `begun`th found no life, and whether the site showed some in its last look. */
  note(begun: number, fell: boolean): void {
    const [before, after] = [this.#rows.get(begun - 1), this.#rows.get(begun + 1)];
    const fallen = Number(fell) + (before?.fallen ?? 0) + (after?.fallen ?? 0);
    const row: Row = { first: before?.first ?? begun, last: after?.last ?? begun, fallen };
    for (const inner of [begun - 1, begun + 1, row.first, row.last]) this.#rows.delete(inner);
    this.#rows.set(row.first, row).set(row.last, row);
    this.#longest = Math.max(this.#longest, fallen);
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= MAX_ENDS) break;
      this.#rows.delete(oldest);
    }
  }

  /** Sites that fell silent in the longest row so far. */
  get longest(): number {
    return this.#longest;
  }
}
