import type { TokenEntry } from '../files/vantage/token-file.js';
import type { AddressRange } from '../model/address-ranges.js';
import type { EndpointId } from '../model/endpoint.js';
import type { ProofEvent, SipMessageEvent } from '../model/vantage-api.js';
import type { Timing } from '../net/scan/timing.js';
import type { Limits } from './limits.js';
import type { StreamSlots } from './open-stream.js';
import type { VantageMetrics } from './vantage-metrics.js';

/** So many nonces are remembered in all; what comes beyond is refused rather than let through. */
const MAX_NONCES = 200_000;

const REMEMBERED_MS = 24 * 3_600_000;

/** One request that was answered, or whose caller went away; for a log. */
export interface Access {
  readonly at: Date;
  /** Name of the token; null where none that holds was given. */
  readonly token: string | null;
  /** Where the caller comes from; null where that is not known. */
  readonly address: string | null;
  readonly method: string;
  /** Path of the route, never that of the request; null where there is none. */
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
}

/** What a vantage sends to its callers outside of the API. */
export interface Exchanges {
  readonly sendProofs: (options: {
    address: string;
    key: Buffer;
    endpoints: readonly EndpointId[];
    timing: Timing;
    signal: AbortSignal;
  }) => AsyncIterable<ProofEvent>;
  /** Null where it is switched off. */
  readonly sip: {
    readonly udp: number;
    readonly tcp: number;
    exchange(options: { address: string; key: Buffer; signal: AbortSignal }): AsyncIterable<SipMessageEvent>;
  } | null;
  /** Null where it is switched off. */
  readonly stun: {
    readonly ports: readonly [number, number];
    serve(options: { address: string; key: Buffer; seconds: number; signal: AbortSignal }): Promise<void>;
  } | null;
}

/** What the routes of a vantage share. */
export interface VantageContext {
  readonly allowSpecial: boolean;
  readonly proxies: readonly AddressRange[];
  readonly limits: Limits;
  readonly exchanges: Exchanges;
  readonly metrics: VantageMetrics;
  readonly nonces: Nonces;
  readonly slots: StreamSlots;
  /** Aborted when the server ends. */
  readonly ending: AbortSignal;
  readonly listTokens: () => readonly TokenEntry[];
  readonly now: () => Date;
  readonly onAccess: (access: Access) => void;
  /** Errors of our own. */
  readonly onTrouble: (error: unknown) => void;
}

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
