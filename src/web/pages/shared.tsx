import type { FastifyReply, FastifyRequest } from 'fastify';
import { hashToken, MAX_TOKEN } from '../../files/server/token-file.js';
import { describeHandover } from '../../reports/document/handover-document.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { sendPage } from '../kit/answer.js';
import { Blocks, Unchecked } from '../kit/elements.js';
import type { PageContext } from '../serve-context.js';
import { REPORT_FORMS, ReportFiles, sendReport } from './client-reports.js';
import { findEntry, listUncheckedPlaces, readHandover } from './read-client.js';

/** Adds what a link for the customer leads to: the newest report of one client, and its files. Nobody signs in. */
export function addSharedPage(app: ServerApp, context: PageContext): void {
  const { store, now, brand, countShared, draw } = context;
  const route = {
    schema: { hide: true },
    config: { needs: null },
    preHandler: (request: FastifyRequest) => countShared(request),
    // The address is the key: no other site may learn it, and no search engine may list it.
    onSend: async (_request: FastifyRequest, reply: FastifyReply) => {
      reply.headers({ 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex, nofollow' });
    },
  };

  const findClient = async (request: FastifyRequest): Promise<string> => {
    const { secret } = request.params as { secret: string };
    const id = secret.length > MAX_TOKEN ? null : await store.links.findClient(hashToken(secret), now());
    if (id === null) throw new Refusal(404, 'not-found', 'this link leads nowhere: it is wrong, expired or taken back');
    return id;
  };

  app.get('/shared/:secret', route, async (request, reply) => {
    const id = await findClient(request);
    const handover = await readHandover(context, id, {});
    if (!handover) throw new Refusal(404, 'not-found', 'there is no report behind this link any more');
    const name = (await findEntry(context, id))?.name ?? handover.client?.name ?? id;
    const children = (
      <>
        <ReportFiles path={`/shared/${(request.params as { secret: string }).secret}`} />
        <Unchecked places={await listUncheckedPlaces(context, id)} />
        <Blocks blocks={describeHandover(handover).blocks} />
      </>
    );
    return sendPage(reply, draw(request, { title: `Exposure report: ${name}`, brand, children }));
  });

  for (const form of REPORT_FORMS) {
    app.get(`/shared/:secret/report.${form.ending}`, route, async (request, reply) =>
      sendReport(reply, context, { id: await findClient(request), form, time: {} }),
    );
  }
}
