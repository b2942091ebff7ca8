import { fastify, type FastifyHttpOptions, type RawServerDefault } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type * as z from 'zod';
import { readInstant } from '../files/text/instant.js';
import type { TlsFiles } from '../files/vantage/tls-files.js';
import { hashToken, MAX_TOKEN, type TokenEntry } from '../files/vantage/token-file.js';
import { rangesContain } from '../model/address-ranges.js';
import { isProtected, readCaller, readIdentity } from './caller.js';
import { limitConnections } from './connections.js';
import { describeApi, type VantageApp } from './describe-api.js';
import { FAREWELL_MS, MAX_BODY, type Rates, registerRates } from './limits.js';
import { whenDone } from './open-stream.js';
import { answerError, describeIssues, Refusal, renderClientError } from './refusal.js';
import { addHealthRoute, addMetricsRoute, addOpenapiRoute, addWhoamiRoute } from './routes/about.js';
import { addChecksRoute } from './routes/checks.js';
import { addNatBindingsRoute, addProofsRoute, addSipExchangesRoute } from './routes/exchanges.js';
import type { VantageContext } from './vantage-context.js';

/** Creates the HTTP server of a vantage, which does not listen yet. */
export async function createVantageApp(context: VantageContext, tls: TlsFiles | null): Promise<VantageApp> {
  const app = fastify(chooseServerOptions(context, tls)).withTypeProvider<ZodTypeProvider>();
  limitConnections(app.server, context.limits, context.proxies);
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart = 'request' }) => (data) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    return { error: new Refusal(400, 'malformed', describeIssues(httpPart, result.error)) };
  });
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, _request, reply) => answerError(context, error, reply));
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'not-found', 'there is no such route: see /v1/openapi.json');
  });
  app.decorateRequest('callerAddress', null);
  app.decorateRequest('tokenName', null);
  const rates = await registerRates(app, context.limits);
  await describeApi(app);
  addAccessHook(app, context);
  app.addHook('onRequest', rates.addressRequests);
  addHealthRoute(app);
  addMetricsRoute(app, context);
  addOpenapiRoute(app);
  await app.register(async (api: VantageApp) => {
    addTokenHook(api, context, rates);
    addWhoamiRoute(api, context);
    addChecksRoute(api, context);
    addProofsRoute(api, context);
    addSipExchangesRoute(api, context);
    addNatBindingsRoute(api, context);
    return Promise.resolve();
  });
  await app.ready();
  return app;
}

function chooseServerOptions(context: VantageContext, tls: TlsFiles | null): FastifyHttpOptions<RawServerDefault> {
  const { proxies, limits } = context;
  const requestMs = limits.requestSeconds * 1_000;
  const server = { maxHeaderSize: 16_384, headersTimeout: requestMs, connectionsCheckingInterval: 2_000 };
  const secure = tls && { https: { ...server, ...tls, minVersion: 'TLSv1.2' as const, handshakeTimeout: requestMs } };
  return {
    http: server,
    ...secure,
    trustProxy: (address: string) => rangesContain(proxies, address),
    bodyLimit: MAX_BODY,
    requestTimeout: requestMs,
    keepAliveTimeout: 10_000,
    // Streams say that they live more often than that.
    connectionTimeout: 120_000,
    exposeHeadRoutes: false,
    frameworkErrors: (error, _request, reply) => void answerError(context, error, reply),
    clientErrorHandler: (error, socket) => {
      context.metrics.countRefusal('malformed');
      refuseClient(error.code, socket);
    },
  };
}

/** Tells a client that it does not speak HTTP, and ends its connection soon, whatever it does. */
function refuseClient(code: string | undefined, socket: Socket): void {
  // Without a handshake nothing can be said: what is written waits for it, and the connection for what is written.
  const hears = code?.startsWith('HPE_') === true || code === 'ERR_HTTP_REQUEST_TIMEOUT';
  if (!hears || !socket.writable) return void socket.destroy();
  socket.end(renderClientError(code));
  const cut = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(cut));
}

/** Finds out who asks, and tells of the requests once they are done with. */
function addAccessHook(app: VantageApp, { proxies, metrics, now, onAccess }: VantageContext): void {
  app.addHook('onRequest', (request, reply, done) => {
    const at = now();
    const begun = performance.now();
    request.callerAddress = readCaller(request, proxies);
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    void whenDone(reply).then(() => {
      const { callerAddress: address, tokenName: token, method } = request;
      const route = request.routeOptions.url ?? null;
      const status = reply.raw.statusCode;
      metrics.countRequest(route ?? 'none', status);
      // Those that are one too many from an address are counted only: no one is to fill the log.
      if (status === 429 && token === null) return;
      onAccess({ at, token, address, method, route, status, ms: Math.round(performance.now() - begun) });
    });
    // A line without a version is HTTP/0.9, which the parser lets in.
    const isHttp1 = request.raw.httpVersionMajor === 1;
    done(isHttp1 ? undefined : new Refusal(400, 'malformed', 'the request has no version of HTTP that is spoken here'));
  });
}

/** Lets only those in who have a token. */
function addTokenHook(api: VantageApp, { proxies, listTokens, now }: VantageContext, rates: Rates): void {
  api.addHook('onRequest', async (request) => {
    if (!isProtected(request, proxies))
      throw new Refusal(403, 'proxy', 'plain HTTP is only for the proxies of this vantage: use its public URL');
    request.tokenName = findToken(listTokens(), request.headers.authorization, now())?.name ?? null;
    readIdentity(request);
    await rates.tokenRequests(request);
    if (request.method !== 'POST') return;
    await rates.addressOrders(request);
    await rates.tokenOrders(request);
  });
}

/**
 * Finds whose token an Authorization header holds (RFC 6750 §2.1); null if it is not one that holds now. Compared are
 * hashes, in constant time and with every entry, so that no answer comes sooner than another.
 */
export function findToken(
  entries: readonly TokenEntry[],
  authorization: string | undefined,
  now: Date,
): TokenEntry | null {
  const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization?.slice(0, MAX_TOKEN + 64) ?? '')?.[1] ?? '';
  const hash = hashToken(token);
  let found: TokenEntry | null = null;
  for (const entry of entries) if (timingSafeEqual(entry.hash, hash)) found = entry;
  if (found?.until && readInstant(found.until, 'end') < now) return null;
  return found;
}
