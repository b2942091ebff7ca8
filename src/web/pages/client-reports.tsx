import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import type { DocumentFormat } from '../../handover/draw-document.js';
import { hasReport } from '../../fleet/handover/missing-report.js';
import { handOver } from '../../fleet/handover/report-span.js';
import type { HandedReport } from '../../model/client.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { goTo } from '../kit/answer.js';
import { Field, Time } from '../kit/elements.js';
import { setPolicy } from '../kit/policy.js';
import type { PageContext } from '../serve-context.js';
import { afterForm } from './client-done.js';
import { type ClientView, pathOf, readHandover, readId, requireKnown, type TimeWanted } from './read-client.js';

/** What a report can be had as: the ending of its path, what it is called, and its type. */
export const REPORT_FORMS = [
  { ending: 'html', format: 'html', title: 'Page', type: 'text/html; charset=utf-8' },
  { ending: 'pdf', format: 'pdf', title: 'PDF', type: 'application/pdf' },
  { ending: 'md', format: 'markdown', title: 'Markdown', type: 'text/markdown; charset=utf-8' },
  { ending: 'json', format: 'json', title: 'Data (JSON)', type: 'application/json; charset=utf-8' },
] as const satisfies readonly {
  readonly ending: string;
  readonly format: DocumentFormat;
  readonly title: string;
  readonly type: string;
}[];

type ReportForm = (typeof REPORT_FORMS)[number];

const timeSchema = z.object({ at: z.string().max(64).optional(), since: z.string().max(64).optional() });

/** Up to when the report is that was handed over: as the page was, on which someone says so. */
const handedSchema = z.object({ until: z.iso.datetime() });

/** A report brings its styles along, and nothing else; its own policy names them by their hash. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Adds the reports of a client as files, and the note that one was handed over. */
export function addClientReports(app: ServerApp, context: PageContext): void {
  for (const form of REPORT_FORMS) {
    const schema = { hide: true, querystring: timeSchema };
    app.get(`/clients/:id/report.${form.ending}`, { schema }, async (request, reply) => {
      const id = readId(request);
      await requireKnown(context, id);
      return sendReport(reply, context, { id, form, time: request.query });
    });
  }
  const operator = { config: { needs: 'operator' } } as const;
  app.post(
    '/clients/:id/handed',
    { ...operator, schema: { hide: true, body: handedSchema } },
    async (request, reply) => {
      const id = readId(request);
      await requireKnown(context, id);
      if (!(await hasReport(context.store, id)))
        throw new Refusal(404, 'not-found', 'no check of this client is stored');
      await context.store.handed.add(handOver(id, new Date(request.body.until), 'noted', context.now()));
      return goTo(reply, afterForm(id, 'handed', 'reports'));
    },
  );
}

/** A report that is asked for. */
interface ReportAsked {
  readonly id: string;
  readonly form: ReportForm;
  readonly time: TimeWanted;
}

/**
 * Answers with a report of a client.
 * @throws Refusal if no check of that time is stored
 */
export async function sendReport(reply: FastifyReply, context: PageContext, { id, form, time }: ReportAsked) {
  const handover = await readHandover(context, id, time);
  if (!handover) throw new Refusal(404, 'not-found', 'no check of this client is stored of that time');
  const chain = await context.store.readChainHead(id);
  const bytes = await context.reports.draw(form.format, { subject: handover, chain });
  const name = `sallyport-${id.replace(/[^\w.-]/g, '-')}-${handover.madeAt.slice(0, 10)}.${form.ending}`;
  setPolicy(reply);
  if (form.format === 'html') reply.header('content-security-policy', REPORT_POLICY);
  return reply
    .header('content-disposition', `${form.format === 'html' ? 'inline' : 'attachment'}; filename="${name}"`)
    .type(form.type)
    .send(bytes);
}

/** Links to the reports of now. */
export function ReportFiles({ path }: { readonly path: string }) {
  return (
    <p class="row">
      {REPORT_FORMS.map(({ ending, title }) => (
        <a key={ending} class="button quiet" href={`${path}/report.${ending}`}>
          {title}
        </a>
      ))}
    </p>
  );
}

/** What each way of handing over a report is called. */
const HOW: Readonly<Record<HandedReport['how'], string>> = {
  file: 'made as a file',
  mail: 'sent by mail',
  noted: 'noted here',
};

/** The part of a client's page that its reports are had from. */
export async function readReportsPart({ store, now }: PageContext, { id }: ClientView, mayOperate: boolean) {
  const last = await store.handed.findLast(id, now());
  return (
    <section id="reports" aria-labelledby="reports-title">
      <h2 id="reports-title">Reports</h2>
      <p data-part="handed">
        {last ? (
          <>
            The customer was last given a report of <Time at={last.until} /> ({HOW[last.how]}). The next one lists what
            changed since.
          </>
        ) : (
          'No report was handed over so far. The first one lists what changed in 30 days.'
        )}
      </p>
      <form method="get">
        <div class="filters">
          <Field id="at" label="As it was at" hint="A day or time, UTC; now if empty">
            <input id="at" name="at" placeholder="2026-11-20" maxLength={64} aria-describedby="at-hint" />
          </Field>
          <Field id="since" label="Changes since" hint="A day, or how long ago; since the last report if empty">
            <input id="since" name="since" placeholder="30d" maxLength={64} aria-describedby="since-hint" />
          </Field>
        </div>
        <p class="row">
          {REPORT_FORMS.map(({ ending, title }) => (
            <button key={ending} class="quiet" formaction={`${pathOf(id)}/report.${ending}`}>
              {title}
            </button>
          ))}
        </p>
      </form>
      {mayOperate && (
        <form method="post" action={`${pathOf(id)}/handed`}>
          <input type="hidden" name="until" value={now().toISOString()} />
          <p>
            <button class="quiet">I handed over the report of now</button>
          </p>
        </form>
      )}
    </section>
  );
}
