import type { FastifyRequest } from 'fastify';
import type { ServerApp } from '../server/create-server.js';
import { type CountRate, registerRates } from '../server/rates.js';

const MINUTE_MS = 60_000;

const HOUR_MS = 60 * MINUTE_MS;

/** What one vantage server does at most. */
export interface Limits {
  /** Requests a minute from one address, whatever they are. */
  readonly addressRequests: number;
  /** The addresses (/64) that a /48 of IPv6 counts as, in requests, orders and connections. */
  readonly networkSites: number;
  /** Requests a minute with one token. */
  readonly tokenRequests: number;
  /** Requests an hour from one address that make the vantage send something. */
  readonly addressOrders: number;
  /** Such requests an hour with one token. */
  readonly tokenOrders: number;
  /** Streams at once with one token; of each kind, one address has one. */
  readonly tokenStreams: number;
  /** Streams at once in total. */
  readonly streams: number;
  /** Connections at once in total. */
  readonly connections: number;
  /** Connections at once from one address. */
  readonly addressConnections: number;
  /** How long a caller may take for a TLS handshake, and to send its request, s. */
  readonly requestSeconds: number;
  /** How long a check may take, s. What it has seen until then is reported. */
  readonly checkSeconds: number;
  /** How long proofs may take, s. */
  readonly proofSeconds: number;
  /** How long the SIP ports answer one caller, s. */
  readonly sipSeconds: number;
  /** Wrong codes of invites a minute, from all addresses together. */
  readonly wrongCodes: number;
  /** Wrong codes a minute from one address. */
  readonly addressWrongCodes: number;
  /** Bytes that may wait for a reader before it is given nothing more. */
  readonly waitingBytes: number;
  /** How often a stream says that it lives, s. */
  readonly keepAliveSeconds: number;
}

export const DEFAULT_LIMITS: Limits = {
  addressRequests: 120,
  networkSites: 8,
  tokenRequests: 240,
  addressOrders: 120,
  tokenOrders: 240,
  tokenStreams: 8,
  streams: 64,
  connections: 1_024,
  addressConnections: 32,
  requestSeconds: 15,
  checkSeconds: 300,
  proofSeconds: 120,
  sipSeconds: 30,
  wrongCodes: 10,
  addressWrongCodes: 4,
  waitingBytes: 262_144,
  keepAliveSeconds: 10,
};

/** Largest body of a request, in bytes: a resolved profile fits. */
export const MAX_BODY = 65_536;

/** The rates of a vantage. */
export interface Rates {
  /** Everything from one address. */
  readonly addressRequests: CountRate;
  /** Everything with one token. */
  readonly tokenRequests: CountRate;
  /** What makes the vantage send something, for one address. */
  readonly addressOrders: CountRate;
  /** The same with one token. */
  readonly tokenOrders: CountRate;
}

/** Sets up the rates. */
export async function createRates(app: ServerApp, limits: Limits): Promise<Rates> {
  const rates = await registerRates(app, limits.networkSites);
  const countToken = (max: number, windowMs: number): CountRate =>
    rates.count({ kind: 'token-rate', max, windowMs, what: 'with your token', key: keyOfToken });
  return {
    addressRequests: rates.countAddress(limits.addressRequests, MINUTE_MS),
    tokenRequests: countToken(limits.tokenRequests, MINUTE_MS),
    addressOrders: rates.countAddress(limits.addressOrders, HOUR_MS),
    tokenOrders: countToken(limits.tokenOrders, HOUR_MS),
  };
}

function keyOfToken({ tokenName }: FastifyRequest): string {
  return tokenName ?? '';
}
