import { refuseScope } from '../files/targets/guard.js';
import { addressScope } from '../model/address.js';
import { Refusal } from '../server/refusal.js';
import type { Limits } from './limits.js';

/**
 * Refuses an address that is no one's on the internet, unless special ones are allowed; groups and broadcast always.
 * @throws Refusal
 */
export function requireOrdinary(address: string, allowSpecial: boolean): void {
  const scope = addressScope(address);
  const what = scope === undefined ? 'no address' : refuseScope(scope, allowSpecial);
  if (what === null) return;
  throw new Refusal(
    403,
    'address',
    `you come from ${address}, which is ${what}: the vantage checks only public addresses`,
  );
}

/** What a vantage does for a caller in a stream of events. */
export const STREAM_KINDS = ['check', 'proofs', 'sip', 'nat'] as const;

export type StreamKind = (typeof STREAM_KINDS)[number];

const AGAIN_SECONDS = 10;

/** Who runs which streams. */
export class StreamSlots {
  readonly #running = new Set<{ readonly kind: StreamKind; readonly token: string; readonly address: string }>();

  constructor(readonly limits: Pick<Limits, 'streams' | 'tokenStreams'>) {}

  /**
   * Takes a place for a stream.
   * @returns gives it back
   * @throws Refusal if there is none
   */
  take(kind: StreamKind, token: string, address: string): () => void {
    const running = [...this.#running];
    if (running.some((one) => one.kind === kind && one.address === address))
      throw new Refusal(429, 'busy', 'the same request is already running for your address', AGAIN_SECONDS);
    if (running.filter((one) => one.token === token).length >= this.limits.tokenStreams)
      throw new Refusal(429, 'busy', 'too many requests are running with your token', AGAIN_SECONDS);
    if (running.length >= this.limits.streams) throw new Refusal(503, 'busy', 'the vantage is too busy', AGAIN_SECONDS);
    const slot = { kind, token, address };
    this.#running.add(slot);
    return () => void this.#running.delete(slot);
  }

  /** Streams of a kind under way. */
  count(kind: StreamKind): number {
    return [...this.#running].filter((one) => one.kind === kind).length;
  }
}

/** At most this many nonces are remembered in total; what comes beyond is refused rather than let through. */
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
