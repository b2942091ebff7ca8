import { isIP } from 'node:net';
import { networkOf } from '../../net/scan/pacing.js';

/** A look that waits to be ordered. */
export interface Plannable {
  readonly target: { readonly address: string | null };
}

/**
 * Makes orders of looks, for one vantage. At any time the looks of a network (IPv4 /24, IPv6 /48) are in one order, and
 * so with one worker, which keeps to the pace that a network may be asked at: ten workers do not gang up on one. Pure.
 */
export class OrderPlanner<T extends Plannable> {
  readonly #waiting = new Map<string, T[]>();
  readonly #out = new Map<string, ReadonlySet<string>>();
  readonly #busy = new Set<string>();
  #count = 0;

  /** @param most looks of an order */
  constructor(private readonly most: number) {}

  /** Looks that wait. */
  get waiting(): number {
    return this.#count;
  }

  /** Orders that are out. */
  get out(): number {
    return this.#out.size;
  }

  add(look: T): void {
    const network = placeOf(look);
    const others = this.#waiting.get(network);
    if (others) others.push(look);
    else this.#waiting.set(network, [look]);
    this.#count++;
  }

  /** Notes that an order is out with looks that were not planned here, such as one of a coordinator before. */
  noteOut(order: string, looks: Iterable<T>): void {
    const networks = new Set([...(this.#out.get(order) ?? []), ...[...looks].map(placeOf)]);
    this.#out.set(order, networks);
    for (const network of networks) this.#busy.add(network);
  }

  /** The looks of the next order, which is out from now on; none if all that waits is of networks in other orders. */
  next(order: string): T[] {
    const looks: T[] = [];
    for (const [network, waiting] of this.#waiting) {
      if (this.#busy.has(network)) continue;
      const taken = waiting.splice(0, this.most - looks.length);
      if (waiting.length === 0) this.#waiting.delete(network);
      looks.push(...taken);
      if (looks.length === this.most) break;
    }
    this.#count -= looks.length;
    if (looks.length > 0) this.noteOut(order, looks);
    return looks;
  }

  /** Notes that an order is out no more. */
  done(order: string): void {
    for (const network of this.#out.get(order) ?? []) this.#busy.delete(network);
    this.#out.delete(order);
  }

  /** Takes all that waits. */
  takeAll(): T[] {
    const all = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    this.#count = 0;
    return all;
  }
}

function placeOf({ target: { address } }: Plannable): string {
  return address !== null && isIP(address) ? networkOf(address) : '';
}
