import type { TokenEntry } from '../files/server/token-file.js';
import type { WorkSource } from '../fleet/workers/work-source.js';
import type { AddressRange } from '../model/address-ranges.js';
import { TAKE_SECONDS } from '../model/work-api.js';
import type { ServedRequest } from '../server/access.js';
import type { ConnectionLimits } from '../server/connections.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body may be large, so that few are read at once. */
    hasLargeBody?: boolean;
  }
}

/** What a coordinator takes of its workers at most. */
export interface WorkLimits extends ConnectionLimits {
  /** How long a worker may take for a TLS handshake, and to send its request, s: its line may be slow. */
  readonly requestSeconds: number;
  /** Requests a minute from one address, whatever they are: many workers may share one. */
  readonly addressRequests: number;
  /** Requests a minute with one token. */
  readonly tokenRequests: number;
  /** Requests for an order that wait at once, with one token. */
  readonly tokenTakes: number;
  /** Requests with a large body that are under way at once, with one token, and in total: each is held in memory. */
  readonly tokenBodies: number;
  readonly bodies: number;
  /** How long a request for an order waits for one, ms, and how often it looks for one. */
  readonly takeMs: number;
  readonly pollMs: number;
}

export const WORK_LIMITS: WorkLimits = {
  connections: 1_024,
  addressConnections: 256,
  networkSites: 8,
  requestSeconds: 60,
  addressRequests: 3_000,
  tokenRequests: 1_200,
  tokenTakes: 64,
  tokenBodies: 4,
  bodies: 32,
  takeMs: TAKE_SECONDS * 1_000,
  pollMs: 1_000,
};

/** What the routes of a coordinator share. */
export interface WorkContext {
  /** The queue: what a worker with the database would use itself. */
  readonly source: Omit<WorkSource, 'path' | 'close'>;
  readonly proxies: readonly AddressRange[];
  readonly limits: WorkLimits;
  readonly listTokens: () => readonly TokenEntry[];
  readonly now: () => Date;
  /** Aborted when the server ends. */
  readonly ending: AbortSignal;
  readonly onAccess: (request: ServedRequest) => void;
  /** Errors of our own. */
  readonly onTrouble: (error: unknown) => void;
}
