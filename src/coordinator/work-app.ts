import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { TlsFiles } from '../files/server/tls-files.js';
import { StoreError } from '../fleet/store/store-error.js';
import { MAX_WORK_BODY, WORK_PATH } from '../model/work-api.js';
import { readIdentity, watchAccess } from '../server/access.js';
import { isProtected } from '../server/caller.js';
import { createServer, type ServerApp } from '../server/create-server.js';
import { whenDone } from '../server/event-stream.js';
import { findToken } from '../server/find-token.js';
import { registerRates } from '../server/rates.js';
import { answerError, Refusal } from '../server/refusal.js';
import { Slots } from './slots.js';
import type { WorkContext } from './work-context.js';
import { addWorkRoutes } from './work-routes.js';

const MINUTE_MS = 60_000;

/** Creates the HTTP server that gives orders to workers without a database. It does not listen yet. */
export async function createWorkApp(context: WorkContext, tls: TlsFiles | null): Promise<ServerApp> {
  const { proxies, limits, now, onAccess, onTrouble } = context;
  const app = createServer({
    ...{ tls, proxies, limits, maxBody: MAX_WORK_BODY },
    answerError: (error, reply) =>
      answerError({ metrics: { countRefusal: () => {} }, onTrouble }, tellStoreTrouble(error, onTrouble), reply),
    onMalformed: () => {},
  });
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'not-found', 'there is no such route: this is for "sallyport worker"');
  });
  watchAccess(app, { proxies, now, onDone: () => {}, onAccess });
  const rates = await registerRates(app, limits.networkSites);
  app.addHook('onRequest', rates.countAddress(limits.addressRequests, MINUTE_MS));
  const health = { response: { 200: z.object({ status: z.literal('ok') }) } };
  app.get('/healthz', { schema: health }, () => ({ status: 'ok' as const }));
  const countToken = rates.count({
    ...{ kind: 'token-rate', max: limits.tokenRequests, windowMs: MINUTE_MS, what: 'with your token' },
    key: ({ tokenName }) => tokenName ?? '',
  });
  const bodies = new Slots(limits.tokenBodies, limits.bodies);
  await app.register(
    (api: ServerApp) => {
      api.addHook('onRequest', async (request, reply) => {
        admit(request, context);
        await countToken(request);
        if (!request.routeOptions.config.hasLargeBody) return;
        const giveBack = bodies.take(readIdentity(request).token);
        void whenDone(reply).then(giveBack);
      });
      addWorkRoutes(api, context);
      return Promise.resolve();
    },
    { prefix: WORK_PATH },
  );
  await app.ready();
  return app;
}

/** Lets only those in who have a token, before anything of a body is read. */
function admit(request: FastifyRequest, { proxies, listTokens, now }: WorkContext): void {
  if (!isProtected(request, proxies))
    throw new Refusal(403, 'proxy', 'plain HTTP is only for the proxies of this coordinator: use its public URL');
  request.tokenName = findToken(listTokens(), request.headers.authorization, now())?.name ?? null;
  readIdentity(request);
}

/** Where the store is, and why it is away, concerns the operator alone. A worker tries again. */
function tellStoreTrouble(error: unknown, onTrouble: (error: unknown) => void): unknown {
  if (!(error instanceof StoreError)) return error;
  onTrouble(error);
  return new Refusal(503, 'busy', 'the coordinator cannot get at its store at the moment', 5);
}
