import { parseAddress } from '../model/address.js';
import type { Pacer } from './gate.js';

const PRUNE_ABOVE = 4096;

/** Spaces packets to one network (IPv4 /24, IPv6 /48) across all of its targets. */
export class NetworkPacing {
  readonly #next = new Map<string, number>();

  constructor(private readonly gapMs: number) {}

  /** Creates the pacer of one host: keeps both the host's gap and that of its network. Gaps in ms. */
  createPacer(address: string, hostGapMs: number): Pacer {
    const network = networkOf(address);
    let hostNext = 0;
    return (now) => {
      const due = Math.max(now, hostNext, this.#next.get(network) ?? 0);
      hostNext = due + hostGapMs;
      if (this.#next.size > PRUNE_ABOVE) this.#prune(now);
      this.#next.set(network, due + this.gapMs);
      return due;
    };
  }

  #prune(now: number): void {
    for (const [network, next] of this.#next) if (next < now) this.#next.delete(network);
  }
}

function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, address.lastIndexOf('.'));
  const parsed = parseAddress(address);
  return parsed ? String(parsed.value >> 80n) : address;
}
