import fastifyFormbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InputError } from '../files/text/input-error.js';
import type { TlsFiles } from '../files/server/tls-files.js';
import { StoreError } from '../fleet/store/store-error.js';
import { roleAllows } from '../model/access-role.js';
import { readCaller } from '../server/caller.js';
import { createServer, type ServerApp } from '../server/create-server.js';
import { registerRates } from '../server/rates.js';
import { answerError, Refusal } from '../server/refusal.js';
import { recognise } from './access/recognise.js';
import { addSignIn } from './access/sign-in.js';
import { requireRole } from './access/viewer.js';
import { addApi } from './api/registry.js';
import { goTo, sendPage } from './kit/answer.js';
import { hidePaths } from './kit/hide-paths.js';
import { addAssetRoutes } from './kit/assets.js';
import { renderPage } from './kit/page.js';
import { renderWebStyle } from './kit/style.js';
import { addLiveRoute } from './live/live-route.js';
import { PAGES } from './pages/registry.js';
import { ReportDesk } from './reports/report-desk.js';
import type { PageContext, ServeContext } from './serve-context.js';
import { StoreCounts } from './store-counts.js';

/** Largest form or body of a request, bytes: a whole inventory can be pasted. */
const MAX_BODY = 8 << 20;

const MINUTE_MS = 60_000;

/** Creates the server of the dealer's pages and their API, which does not listen yet. */
export async function createServeApp(context: ServeContext, tls: TlsFiles | null): Promise<ServerApp> {
  const { access, limits, brand } = context;
  const app = createServer({
    ...{ tls, proxies: access.proxies, limits, maxBody: MAX_BODY },
    answerError: (error, reply) => answer(pages, error, reply),
    onMalformed: () => {},
  });
  app.decorateRequest('callerAddress', null);
  app.decorateRequest('tokenName', null);
  app.decorateRequest('viewer', null);
  await app.register(fastifyFormbody, { bodyLimit: MAX_BODY });
  const assets = await addAssetRoutes(app, renderWebStyle(brand?.colour), context.readBuilt);
  const rates = await registerRates(app, limits.networkSites);
  const pages: PageContext = {
    ...context,
    assets,
    reports: new ReportDesk(context),
    counts: new StoreCounts(context.store),
    countShared: rates.countAddress(limits.sharedRequests, MINUTE_MS),
    draw: (request, content) => renderPage({ assets, ...frameOf(request) }, content),
  };
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'not-found', 'there is no such page');
  });
  const countRequests = rates.countAddress(limits.addressRequests, MINUTE_MS);
  app.addHook('onRequest', async (request) => {
    request.callerAddress = readCaller(request, access.proxies);
    await countRequests(request);
    request.viewer = recognise(request, access);
    const { needs = 'viewer' } = request.routeOptions.config;
    if (needs !== null) requireRole(request, needs);
  });
  addSignIn(app, pages, rates.countAddress(limits.signIns, MINUTE_MS));
  addLiveRoute(app, pages);
  for (const { add } of PAGES) add(app, pages);
  await addApi(app, pages);
  await app.ready();
  return app;
}

/** The bar around a page, for who looks at it. A page for everyone has none: a customer's looks the same to us. */
function frameOf(request: FastifyRequest) {
  const viewer = request.routeOptions.config.needs === null ? null : request.viewer;
  const links = viewer ? PAGES.filter(({ link }) => link && roleAllows(viewer.role, link.needs ?? 'viewer')) : [];
  return {
    path: request.routeOptions.url ?? '',
    links: links.map(({ link }) => link!),
    who: viewer?.by === 'session' && (
      <>
        <span>
          {viewer.name} ({viewer.role})
        </span>
        <form method="post" action="/sign-out">
          <button class="quiet">Sign out</button>
        </form>
      </>
    ),
  };
}

/** Answers an error: that of the API with JSON, others for browsers with a page, or the one where they sign in. */
function answer(pages: PageContext, error: unknown, reply: FastifyReply): FastifyReply {
  const { request } = reply;
  const told = tellUser(pages, error);
  const isApi = request.url.startsWith('/api/') || request.routeOptions.schema?.summary !== undefined;
  const wantsPage = request.headers.accept?.includes('text/html') === true && !isApi;
  const metrics = { countRefusal: () => {} };
  if (!wantsPage) return answerError({ metrics, onTrouble: pages.onTrouble }, told, reply);
  if (told instanceof Refusal && told.statusCode === 401 && ['GET', 'HEAD'].includes(request.method))
    return goTo(reply, `/sign-in?next=${encodeURIComponent(request.url)}`);
  const isOurs = !(told instanceof Refusal) && ((told as { statusCode?: number }).statusCode ?? 500) >= 500;
  if (isOurs) pages.onTrouble(told);
  const refusal = told instanceof Refusal ? told : null;
  if (refusal?.retryAfter != null) reply.header('retry-after', refusal.retryAfter);
  const status = refusal?.statusCode ?? (isOurs ? 500 : 400);
  const text =
    refusal?.message ??
    (isOurs ? 'the server has an internal error; its log has the details' : 'the request cannot be understood');
  const back = describeWayBack(request, status);
  const children = (
    <>
      <p class="error">
        {text.split('\n').map((line) => (
          <>
            {line}
            <br />
          </>
        ))}
      </p>
      {back && (
        <p>
          <a href={back.href}>{back.text}</a>
        </p>
      )}
    </>
  );
  return sendPage(
    reply,
    pages.draw(request, { title: status === 404 ? 'Not found' : 'That did not work', children }),
    status,
  );
}

/** Where to go on from an error: to the client that a form was about, or to all. Customers with a link have no other page. */
function describeWayBack(request: FastifyRequest, status: number): { href: string; text: string } | null {
  if (request.routeOptions.config.needs === null) return null;
  const { id } = (request.params ?? {}) as { id?: string };
  const isAboutClient = request.routeOptions.url?.startsWith('/clients/:id') === true && status !== 404;
  if (!isAboutClient || id === undefined) return { href: '/', text: 'All clients' };
  return { href: `/clients/${encodeURIComponent(id)}`, text: 'Back to the client' };
}

/** What is wrong with what someone gave, or with the store at the moment, is told to them; all else is our own error. */
function tellUser({ files, store }: PageContext, error: unknown): unknown {
  const told = error instanceof Refusal || error instanceof InputError || error instanceof StoreError ? error : null;
  if (!told) return error;
  const text = hidePaths(told.message, [files.inventory, store.path]);
  if (told instanceof Refusal) return new Refusal(told.statusCode, told.kind, text, told.retryAfter);
  return told instanceof InputError ? new Refusal(400, 'malformed', text) : new Refusal(503, 'busy', text);
}
