import { MAX_LOOKS, type VantagePlace } from '../../model/work.js';
import { OrderPlanner, type Plannable } from './order-planner.js';

/** A look that is ordered. */
interface Orderable extends Plannable {
  readonly id: string;
}

/** Looks of an order. */
export const LOOKS_OF_AN_ORDER = MAX_LOOKS / 4;

/** One vantage: what waits for it, and what is ordered of it. */
export class Line<T extends Orderable> {
  readonly planner = new OrderPlanner<T>(LOOKS_OF_AN_ORDER);
  /** The order that a look is in. */
  readonly ordered = new Map<string, string>();
  readonly #left = new Map<string, number>();
  /** When a worker of it was last seen, on the clock of `performance.now()`. */
  seenAt = performance.now();

  constructor(readonly place: VantagePlace) {}

  /** Orders that are out. */
  get orders(): readonly string[] {
    return [...this.#left.keys()];
  }

  /** The looks of the next order, which is out from now on; none if there is nothing to order. */
  next(order: string): readonly T[] {
    const looks = this.planner.next(order);
    this.#note(order, looks);
    return looks;
  }

  /** Notes that a look is in an order that is out, such as one of a coordinator before. */
  noteOrdered(order: string, look: T): void {
    this.planner.noteOut(order, [look]);
    this.#note(order, [look]);
  }

  #note(order: string, looks: readonly T[]): void {
    for (const { id } of looks) this.ordered.set(id, order);
    if (looks.length > 0) this.#left.set(order, (this.#left.get(order) ?? 0) + looks.length);
  }

  noteDone({ id }: T): void {
    const order = this.ordered.get(id);
    if (order === undefined) return;
    this.ordered.delete(id);
    const left = (this.#left.get(order) ?? 1) - 1;
    if (left > 0) this.#left.set(order, left);
    else {
      this.#left.delete(order);
      this.planner.done(order);
    }
  }
}
