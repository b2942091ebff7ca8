import { parseAddress } from '../../model/address.js';
import type { Timing } from './timing.js';

/** Networks, and moments of one, that are kept before those that are over are looked for. */
const PRUNE_ABOVE = 4096;

/** Reserves a moment, ms, at which a packet may leave: at `now` or later. */
export type Pacer = (now: number) => number;

/** Spaces packets to one target, and to one network (IPv4 /24, IPv6 /48) across all of its targets. */
export class NetworkPacing {
  readonly #networks = new Map<string, Moments>();

  /** Creates the pacer of one host: keeps both the host's gap and that of its network. */
  createPacer(address: string, { hostGapMs, networkGapMs }: Pick<Timing, 'hostGapMs' | 'networkGapMs'>): Pacer {
    const network = networkOf(address);
    let hostNext = 0;
    return (now) => {
      const earliest = Math.max(now, hostNext);
      const due =
        networkGapMs === 0
          ? earliest
          : this.#findNetwork(network, networkGapMs, now).reserve(now, earliest, networkGapMs);
      hostNext = due + hostGapMs;
      return due;
    };
  }

  /** Its moments are as far apart as its first host asks for: one that asks for more takes several. */
  #findNetwork(network: string, gapMs: number, now: number): Moments {
    const known = this.#networks.get(network);
    if (known) return known;
    if (this.#networks.size > PRUNE_ABOVE)
      for (const [name, moments] of this.#networks) if (moments.areOver(now)) this.#networks.delete(name);
    const moments = new Moments(gapMs);
    this.#networks.set(network, moments);
    return moments;
  }
}

/**
 * Moments of one network, of which each is taken once. A target whose own gap is long takes some far ahead: those
 * before them stay free for others, so that a network is never idle while something waits for it.
 */
class Moments {
  /** For a taken moment, by number: one before which all from it on are taken too. A union-find with path compression. */
  readonly #taken = new Map<number, number>();
  #pruneAbove = PRUNE_ABOVE;
  #last = -1;

  constructor(readonly gapMs: number) {}

  /** Takes the first free moment that is not before `earliest`, and those that follow it within `gapMs`. */
  reserve(now: number, earliest: number, gapMs: number): number {
    const width = Math.max(1, Math.ceil(gapMs / this.gapMs));
    let first = this.#findFree(Math.ceil(earliest / this.gapMs));
    for (let next = first + 1; next < first + width;) {
      const free = this.#findFree(next);
      if (free === next) next++;
      else next = (first = free) + 1;
    }
    for (let one = first; one < first + width; one++) this.#taken.set(one, first + width);
    this.#last = Math.max(this.#last, first + width - 1);
    if (this.#taken.size > this.#pruneAbove) this.#prune(now);
    return first * this.gapMs;
  }

  areOver(now: number): boolean {
    return this.#last * this.gapMs < now;
  }

  #findFree(from: number): number {
    let free = from;
    for (let next = this.#taken.get(free); next !== undefined; next = this.#taken.get(free)) free = next;
    for (let one = from; one < free;) {
      const next = this.#taken.get(one)!;
      this.#taken.set(one, free);
      one = next;
    }
    return free;
  }

  #prune(now: number): void {
    for (const one of this.#taken.keys()) if (one * this.gapMs < now) this.#taken.delete(one);
    this.#pruneAbove = Math.max(PRUNE_ABOVE, 2 * this.#taken.size);
  }
}

/** The network that an address is paced with: its IPv4 /24 or IPv6 /48. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, address.lastIndexOf('.'));
  const parsed = parseAddress(address);
  return parsed ? String(parsed.value >> 80n) : address;
}
