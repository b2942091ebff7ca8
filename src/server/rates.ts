import { fastifyRateLimit } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { networkOf, siteOf } from './caller.js';
import type { ServerApp } from './create-server.js';
import { Refusal, type RefusalKind } from './refusal.js';

/** Callers whose rates are remembered. Far more than the library's 5,000, which others could push one out of. */
const REMEMBERED_CALLERS = 100_000;

/** Counts a request. Rejects with a Refusal if it is one too many. */
export type CountRate = (request: FastifyRequest) => Promise<void>;

/** Makes rates, each of which counts in windows that begin with the first request. */
export interface RateMaker {
  /** Requests with one key; `what` says in words whose they are. */
  count(options: {
    readonly kind: RefusalKind;
    readonly max: number;
    readonly windowMs: number;
    readonly what: string;
    readonly key: (request: FastifyRequest) => string;
  }): CountRate;
  /** Requests from one address, and, `networkSites` times as many, from one /48 of IPv6. */
  countAddress(max: number, windowMs: number): CountRate;
}

/**
 * Sets up the counting of requests.
 * @param networkSites the addresses (/64) that a /48 of IPv6 counts as
 */
export async function registerRates(app: ServerApp, networkSites: number): Promise<RateMaker> {
  await app.register(fastifyRateLimit, { global: false });
  const count: RateMaker['count'] = ({ kind, max, windowMs, what, key }) => {
    // `cache` is read here, too, although the library's types do not have it.
    const options = { max, timeWindow: windowMs, keyGenerator: key, cache: REMEMBERED_CALLERS };
    const check = app.createRateLimit(options);
    return async (request) => {
      const rate = await check(request);
      if (!rate.isAllowed && rate.isExceeded)
        throw new Refusal(429, kind, `too many requests ${what}: try again later`, rate.ttlInSeconds);
    };
  };
  return {
    count,
    countAddress: (max, windowMs) => {
      const common = { kind: 'address-rate', windowMs, what: 'from your address' } as const;
      const countSite = count({ ...common, max, key: keyOfSite });
      const countNetwork = count({ ...common, max: max * networkSites, key: keyOfNetwork });
      return async (request) => {
        await countSite(request);
        if (keyOfNetwork(request) !== keyOfSite(request)) await countNetwork(request);
      };
    },
  };
}

function keyOfSite({ callerAddress }: FastifyRequest): string {
  return siteOf(callerAddress ?? '');
}

function keyOfNetwork({ callerAddress }: FastifyRequest): string {
  return networkOf(callerAddress ?? '');
}
