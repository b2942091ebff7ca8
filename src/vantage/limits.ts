import { fastifyRateLimit } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { networkOf, siteOf } from './caller.js';
import { Refusal, type RefusalKind } from './refusal.js';
import type { VantageApp } from './describe-api.js';

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
  waitingBytes: 262_144,
  keepAliveSeconds: 10,
};

/** Largest body of a request, in bytes: a resolved profile fits. */
export const MAX_BODY = 65_536;

/** Callers whose rates are remembered. Far more than the library's 5,000, which others could push one out of. */
const REMEMBERED_CALLERS = 100_000;

/** How long one that speaks no HTTP may take to hear so, ms. */
export const FAREWELL_MS = 1_000;

/** Counts a request. Rejects with a Refusal if it is one too many. */
export type CountRate = (request: FastifyRequest) => Promise<void>;

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

/** Sets up the rates. Each counts in windows that begin with the first request. */
export async function registerRates(app: VantageApp, limits: Limits): Promise<Rates> {
  await app.register(fastifyRateLimit, { global: false });
  const count = (
    kind: RefusalKind,
    max: number,
    timeWindow: number,
    keyGenerator: (request: FastifyRequest) => string,
  ): CountRate => {
    // `cache` is read here, too, although the library's types do not have it.
    const options = { max, timeWindow, keyGenerator, cache: REMEMBERED_CALLERS };
    const check = app.createRateLimit(options);
    const what = kind === 'token-rate' ? 'with your token' : 'from your address';
    return async (request) => {
      const rate = await check(request);
      if (!rate.isAllowed && rate.isExceeded)
        throw new Refusal(429, kind, `too many requests ${what}: try again later`, rate.ttlInSeconds);
    };
  };
  const countAddress = (max: number, timeWindow: number): CountRate => {
    const countSite = count('address-rate', max, timeWindow, keyOfSite);
    const countNetwork = count('address-rate', max * limits.networkSites, timeWindow, keyOfNetwork);
    return async (request) => {
      await countSite(request);
      if (keyOfNetwork(request) !== keyOfSite(request)) await countNetwork(request);
    };
  };
  return {
    addressRequests: countAddress(limits.addressRequests, MINUTE_MS),
    tokenRequests: count('token-rate', limits.tokenRequests, MINUTE_MS, keyOfToken),
    addressOrders: countAddress(limits.addressOrders, HOUR_MS),
    tokenOrders: count('token-rate', limits.tokenOrders, HOUR_MS, keyOfToken),
  };
}

function keyOfToken({ tokenName }: FastifyRequest): string {
  return tokenName ?? '';
}

function keyOfSite({ callerAddress }: FastifyRequest): string {
  return siteOf(callerAddress ?? '');
}

function keyOfNetwork({ callerAddress }: FastifyRequest): string {
  return networkOf(callerAddress ?? '');
}
