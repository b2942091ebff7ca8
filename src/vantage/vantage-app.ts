import type { TlsFiles } from '../files/server/tls-files.js';
import { readIdentity, watchAccess } from '../server/access.js';
import { isProtected } from '../server/caller.js';
import { createServer, type ServerApp } from '../server/create-server.js';
import { findToken, readBearer } from '../server/find-token.js';
import { answerError, Refusal } from '../server/refusal.js';
import { describeApi } from './describe-api.js';
import { createRates, MAX_BODY, type Rates } from './limits.js';
import { addHealthRoute, addMetricsRoute, addOpenapiRoute, addWhoamiRoute } from './routes/about.js';
import { addChecksRoute } from './routes/checks.js';
import { addInviteRoutes } from './routes/invites.js';
import { addJobsRoute, JOB_TOKEN } from './routes/jobs.js';
import { addNatBindingsRoute, addProofsRoute, addSipExchangesRoute } from './routes/exchanges.js';
import type { VantageContext } from './vantage-context.js';

/** More routes of a vantage, such as pages: they come from the same addresses, and count for the same limits. */
export type VantagePlugin = (app: ServerApp, context: VantageContext, rates: Rates) => Promise<void>;

/** Creates the HTTP server of a vantage, which does not listen yet. */
export async function createVantageApp(
  context: VantageContext,
  tls: TlsFiles | null,
  plugin: VantagePlugin | null = null,
): Promise<ServerApp> {
  const app = createServer({
    ...{ tls, proxies: context.proxies, limits: context.limits, maxBody: MAX_BODY },
    answerError: (error, reply) => answerError(context, error, reply),
    onMalformed: () => context.metrics.countRefusal('malformed'),
  });
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'not-found', 'there is no such route: see /v1/openapi.json');
  });
  const rates = await createRates(app, context.limits);
  await describeApi(app);
  watchAccess(app, {
    ...context,
    onDone: (route, status) => context.metrics.countRequest(route ?? 'none', status),
  });
  app.addHook('onRequest', rates.addressRequests);
  addHealthRoute(app);
  addMetricsRoute(app, context);
  addOpenapiRoute(app);
  addJobsRoute(app, context, rates);
  await app.register(async (api: ServerApp) => {
    addTokenHook(api, context, rates);
    addWhoamiRoute(api, context);
    addChecksRoute(api, context);
    addProofsRoute(api, context);
    addSipExchangesRoute(api, context);
    addNatBindingsRoute(api, context);
    addInviteRoutes(api, context);
    return Promise.resolve();
  });
  if (plugin) await app.register((pages: ServerApp) => plugin(pages, context, rates));
  await app.ready();
  return app;
}

/** Lets only those in who have a token. */
function addTokenHook(api: ServerApp, context: VantageContext, rates: Rates): void {
  const { proxies } = context;
  api.addHook('onRequest', async (request) => {
    if (!isProtected(request, proxies))
      throw new Refusal(403, 'proxy', 'plain HTTP is only for the proxies of this vantage: use its public URL');
    request.tokenName = await findName(context, request.headers.authorization);
    readIdentity(request);
    await rates.tokenRequests(request);
    if (request.method !== 'POST') return;
    await rates.addressOrders(request);
    await rates.tokenOrders(request);
  });
}

/** The name of a token that is valid: of the file, or of the job of an invite. */
async function findName(
  { listTokens, invites, now }: VantageContext,
  authorization: string | undefined,
): Promise<string | null> {
  const entry = findToken(listTokens(), authorization, now());
  const token = readBearer(authorization);
  if (entry || !invites || !token.startsWith(JOB_TOKEN)) return entry?.name ?? null;
  const invite = await invites.findUsed('preinstall', token.slice(JOB_TOKEN.length), now());
  return invite && `invite-${invite.id}`;
}
