import type { TokenEntry } from '../files/server/token-file.js';
import type { AddressRange } from '../model/address-ranges.js';
import type { EndpointId } from '../model/endpoint.js';
import type { ProofEvent, SipMessageEvent } from '../model/vantage-api.js';
import type { ServedRequest } from '../server/access.js';
import type { Timing } from '../net/scan/timing.js';
import type { Limits } from './limits.js';
import type { Nonces, StreamSlots } from './admission.js';
import type { Invites } from './invites/invites.js';
import type { VantageMetrics } from './vantage-metrics.js';

/** What a vantage sends to its callers outside of the API. */
export interface Exchanges {
  readonly sendProofs: (options: {
    address: string;
    key: Buffer;
    endpoints: readonly EndpointId[];
    timing: Timing;
    signal: AbortSignal;
  }) => AsyncIterable<ProofEvent>;
  /** Null if it is switched off. */
  readonly sip: {
    readonly udp: number;
    readonly tcp: number;
    exchange(options: { address: string; key: Buffer; signal: AbortSignal }): AsyncIterable<SipMessageEvent>;
  } | null;
  /** Null if it is switched off. */
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
  /** Null if there are none. */
  readonly invites: Invites | null;
  /** Aborted when the server ends. */
  readonly ending: AbortSignal;
  readonly listTokens: () => readonly TokenEntry[];
  readonly now: () => Date;
  readonly onAccess: (request: ServedRequest) => void;
  /** Errors of our own. */
  readonly onTrouble: (error: unknown) => void;
}
