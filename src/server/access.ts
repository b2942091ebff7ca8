import type { FastifyRequest } from 'fastify';
import type { AddressRange } from '../model/address-ranges.js';
import { readCaller } from './caller.js';
import type { ServerApp } from './create-server.js';
import { whenDone } from './event-stream.js';
import { Refusal } from './refusal.js';

/** One request that was answered, or whose caller went away; for a log. */
export interface ServedRequest {
  readonly at: Date;
  /** Name of the token; null if none that holds was given. */
  readonly token: string | null;
  /** Where the caller comes from; null if that is not known. */
  readonly address: string | null;
  readonly method: string;
  /** Path of the route, never that of the request; null if there is none. */
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
}

/** Who is told of requests. */
export interface AccessWatcher {
  readonly proxies: readonly AddressRange[];
  readonly now: () => Date;
  /** Told of every request. */
  readonly onDone: (route: string | null, status: number) => void;
  /** Told of all but those that are one too many from an address: no one is to fill the log. */
  readonly onAccess: (request: ServedRequest) => void;
}

/** Finds out who asks, and tells of the requests once they are done with. */
export function watchAccess(app: ServerApp, { proxies, now, onDone, onAccess }: AccessWatcher): void {
  app.decorateRequest('callerAddress', null);
  app.decorateRequest('tokenName', null);
  app.addHook('onRequest', (request, reply, done) => {
    const at = now();
    const begun = performance.now();
    request.callerAddress = readCaller(request, proxies);
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    void whenDone(reply).then(() => {
      const { callerAddress: address, tokenName: token, method } = request;
      const route = request.routeOptions.url ?? null;
      const status = reply.raw.statusCode;
      onDone(route, status);
      if (status === 429 && token === null) return;
      onAccess({ at, token, address, method, route, status, ms: Math.round(performance.now() - begun) });
    });
    // A line without a version is HTTP/0.9, which the parser lets in.
    const isHttp1 = request.raw.httpVersionMajor === 1;
    done(isHttp1 ? undefined : new Refusal(400, 'malformed', 'the request has no version of HTTP that is spoken here'));
  });
}

/**
 * Who asks, where that was found out before.
 * @throws Refusal if it is not known
 */
export function readIdentity({ callerAddress, tokenName }: FastifyRequest): { address: string; token: string } {
  if (tokenName === null) throw new Refusal(401, 'token', 'a valid token is needed');
  if (callerAddress === null)
    throw new Refusal(403, 'proxy', 'the proxy did not say which address you come from: its operator has to set that');
  return { address: callerAddress, token: tokenName };
}
