import fastifyFormbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import type { Brand } from '../../model/brand.js';
import type { Invite } from '../../model/invite.js';
import { renderPage as renderReport } from '../../reports/document/html-page.js';
import { isProtected } from '../../server/caller.js';
import type { ServerApp } from '../../server/create-server.js';
import { sendEvents, type StreamEvent } from '../../server/event-stream.js';
import { readRefusal, Refusal } from '../../server/refusal.js';
import { requireOrdinary } from '../../vantage/admission.js';
import type { Rates } from '../../vantage/limits.js';
import type { VantagePlugin } from '../../vantage/vantage-app.js';
import type { VantageContext } from '../../vantage/vantage-context.js';
import { requireSameOrigin } from '../access/same-origin.js';
import { goTo, sendPage } from '../kit/answer.js';
import { addAssetRoutes } from '../kit/assets.js';
import { type PageContent, renderPage } from '../kit/page.js';
import { setPolicy } from '../kit/policy.js';
import { renderWebStyle } from '../kit/style.js';
import { upperFirst } from '../../words/sentence.js';
import { FormTokens } from './form-token.js';
import { describeChecked, isExpected } from './known-addresses.js';
import {
  describeCutOff,
  describeDoubt,
  describeProblem,
  describeProgress,
  describeResult,
  describeStart,
  type Visitor,
} from './pages.js';
import { type KeepReport, SiteChecks } from './site-checks.js';

/** A form is a code and little more, bytes. */
const MAX_FORM = 4_096;

/** How often someone who watches a check is told how far it is, ms. */
const TELL_MS = 1_000;

/** A report that is downloaded and opened is a page of its own: it shows itself, and nothing else. */
const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox";

/** How the pages are made. */
export interface CheckMeOptions {
  readonly brand: Brand | null;
  /** Reads a file of those that the build has made for browsers. */
  readonly readBuilt: (name: string) => Promise<Buffer>;
  /** Takes a report besides its invite, which has it in any case. */
  readonly keep?: KeepReport | undefined;
}

const formSchema = z.object({
  code: z.string().max(64),
  token: z.string().max(128),
  confirmed: z.string().max(64).optional(),
});

const passSchema = z.object({ pass: z.string().max(64) });

/** Adds pages to a vantage with which someone at a site has that site checked, by the code of an invite. */
export function createCheckMe({ brand, readBuilt, keep = () => Promise.resolve() }: CheckMeOptions): VantagePlugin {
  return async (app: ServerApp, context: VantageContext, rates: Rates) => {
    const { invites, slots, allowSpecial, proxies, now } = context;
    if (!invites) throw new Error('pages need invites');
    await app.register(fastifyFormbody, { bodyLimit: MAX_FORM });
    const assets = await addAssetRoutes(app, renderWebStyle(brand?.colour), readBuilt);
    const tokens = new FormTokens();
    const checks = new SiteChecks(context, keep);
    checks.keepLeft();
    app.addHook('onClose', () => checks.settle());
    const show = (reply: FastifyReply, content: PageContent, status = 200): FastifyReply =>
      sendPage(reply, renderPage({ assets, links: [], path: '', who: null }, content), status);

    const meet = (request: FastifyRequest): Visitor => {
      const { callerAddress: address } = request;
      if (!isProtected(request, proxies) || address === null)
        throw new Refusal(403, 'proxy', 'this server is not set up to be reached this way: its operator has to help');
      return { address, token: tokens.make(address, now()), problem: tellProblem(address) };
    };
    const tellProblem = (address: string): string | null => {
      try {
        requireOrdinary(address, allowSpecial);
        return null;
      } catch (error) {
        if (error instanceof Refusal) return error.message;
        throw error;
      }
    };
    const findUsed = async (pass: string): Promise<Invite> => {
      const invite = await invites.findUsed('check', pass, now());
      if (invite) return invite;
      throw new Refusal(404, 'not-found', 'there is no such check, or its link is no longer valid');
    };

    app.setErrorHandler((error, _request, reply) => {
      const refusal = readRefusal(error);
      if (refusal) context.metrics.countRefusal(refusal.kind);
      else context.onTrouble(error);
      if (refusal?.retryAfter != null) reply.header('retry-after', refusal.retryAfter);
      const text = refusal?.message ?? 'the server has an internal error; its operator has to help';
      const title = refusal?.statusCode === 404 ? 'Not found' : 'That did not work';
      return show(reply, describeProblem(title, `${upperFirst(text)}.`), refusal?.statusCode ?? 500);
    });

    app.get('/', { schema: HIDDEN }, (request, reply) => show(reply, describeStart(meet(request), { brand })));

    // Whoever loads the address of an answer to a form again.
    app.get('/check', { schema: HIDDEN }, (_request, reply) => goTo(reply, '/'));

    app.post('/check', { schema: { ...HIDDEN, body: formSchema } }, async (request, reply) => {
      const visitor = meet(request);
      const { address, problem } = visitor;
      const { code, token, confirmed } = request.body;
      requireSameOrigin(request);
      await rates.addressOrders(request);
      const again = (error: string, status: number): FastifyReply =>
        show(reply, describeStart(visitor, { brand, error, typed: code }), status);
      if (problem !== null) throw new Refusal(403, 'address', problem);
      if (!tokens.isValid(token, address, now()))
        return again(
          'This page was open for too long, or your address has changed since. Look at it, and try again.',
          409,
        );
      const caller = { address, now: now() };
      let found: Invite;
      try {
        found = await invites.find(code, caller);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        context.metrics.countRefusal(error.kind);
        if (error.retryAfter !== null) reply.header('retry-after', error.retryAfter);
        return again(`${upperFirst(error.message)}.`, error.statusCode);
      }
      if (!isExpected(found, address) && confirmed !== address) return show(reply, describeDoubt(visitor, found, code));
      const release = slots.take('check', `invite-${found.id}`, address);
      try {
        const { invite, pass } = await invites.use(found, { ...caller, kind: 'check' });
        checks.begin(invite, address, release);
        return goTo(reply, `/checks/${pass}`);
      } catch (error) {
        release();
        throw error;
      }
    });

    app.get('/checks/:pass', { schema: { ...HIDDEN, params: passSchema } }, async (request, reply) => {
      meet(request);
      const { pass } = request.params;
      const path = `/checks/${pass}`;
      const invite = await findUsed(pass);
      const progress = checks.progressOf(invite);
      const { address, until } = invite.use!;
      if (invite.report)
        return show(reply, describeResult(describeChecked(invite, invite.report), { address, path, until }));
      return show(reply, progress ? describeProgress(progress, address, path) : describeCutOff(address));
    });

    app.get(
      '/checks/:pass/events',
      { schema: { ...HIDDEN, params: passSchema }, exposeHeadRoute: false },
      async (request, reply) => {
        meet(request);
        const invite = await findUsed(request.params.pass);
        // Tells a browser not to ask again.
        if (!checks.progressOf(invite) && !checks.endedJustNow(invite)) return reply.code(204).send();
        await sendEvents(reply, {
          ...{ ...context.limits, seconds: context.limits.checkSeconds, ending: context.ending },
          onTrouble: context.onTrouble,
          work: (signal) => tellProgress(() => checks.progressOf(invite)?.settled ?? null, signal),
        });
        return reply;
      },
    );

    app.get('/checks/:pass/report.html', { schema: { ...HIDDEN, params: passSchema } }, async (request, reply) => {
      meet(request);
      const invite = await findUsed(request.params.pass);
      if (!invite.report) throw new Refusal(404, 'not-found', 'there is no report of this check yet');
      setPolicy(reply);
      return reply
        .header('content-security-policy', REPORT_POLICY)
        .header('content-disposition', 'attachment; filename="sallyport-report.html"')
        .type('text/html; charset=utf-8')
        .send(renderReport(describeChecked(invite, invite.report), brand));
    });
  };
}

const HIDDEN = { hide: true } as const;

/**
 * Says whenever a check has come further, and when it has ended. A page takes the first as what it shows already: it may
 * have been drawn before the check came to where it is now.
 */
async function* tellProgress(read: () => number | null, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  yield { event: 'state', data: { version: 'drawn' } };
  for (let last: number | null = -1; last !== null && !signal.aborted;) {
    const settled = read();
    if (settled !== last) yield { event: 'state', data: { version: String(settled) } };
    last = settled;
    if (last !== null) await setTimeout(TELL_MS, undefined, { signal }).catch(() => undefined);
  }
}
