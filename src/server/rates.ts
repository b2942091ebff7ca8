import { fastifyRateLimit } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { siteOf } from './caller.js';
import type { Limits } from './limits.js';
import { Refusal, type RefusalKind } from './refusal.js';
import type { VantageApp } from './vantage-app.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Counts a request. Rejects with a Refusal where it is one too many. */
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
  const count = (kind: RefusalKind, max: number, timeWindow: number): CountRate => {
    const keyGenerator = kind === 'token-rate' ? keyOfToken : keyOfAddress;
    const check = app.createRateLimit({ max, timeWindow, keyGenerator });
    const what = kind === 'token-rate' ? 'with your token' : 'from your address';
    return async (request) => {
      const rate = await check(request);
      if (!rate.isAllowed && rate.isExceeded)
        throw new Refusal(429, kind, `too many requests ${what}: try again later`, rate.ttlInSeconds);
    };
  };
  return {
    addressRequests: count('address-rate', limits.addressRequests, MINUTE_MS),
    tokenRequests: count('token-rate', limits.tokenRequests, MINUTE_MS),
    addressOrders: count('address-rate', limits.addressOrders, HOUR_MS),
    tokenOrders: count('token-rate', limits.tokenOrders, HOUR_MS),
  };
}

function keyOfToken({ tokenName }: FastifyRequest): string {
  return tokenName ?? '';
}

function keyOfAddress({ callerAddress }: FastifyRequest): string {
  return siteOf(callerAddress ?? '');
}
