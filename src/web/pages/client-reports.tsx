import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import type { DocumentFormat } from '../../handover/draw-document.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { Field } from '../kit/elements.js';
import { setPolicy } from '../kit/policy.js';
import type { PageContext } from '../serve-context.js';
import { type ClientView, pathOf, readClient, readHandover, readId, type TimeWanted } from './read-client.js';

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

/** A report brings its styles along, and nothing else; its own policy names them by their hash. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Adds the reports of a client as files. */
export function addClientReports(app: ServerApp, context: PageContext): void {
  for (const form of REPORT_FORMS) {
    const schema = { hide: true, querystring: timeSchema };
    app.get(`/clients/:id/report.${form.ending}`, { schema }, async (request, reply) => {
      const id = readId(request);
      await readClient(context, id);
      return sendReport(reply, context, { id, form, time: request.query });
    });
  }
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

/** The part of a client's page that its reports are had from. */
export function ReportLinks({ view }: { readonly view: ClientView }) {
  return (
    <section id="reports" aria-labelledby="reports-title">
      <h2 id="reports-title">Reports</h2>
      <form method="get">
        <div class="filters">
          <Field id="at" label="As it was at" hint="A day or time, UTC; now if empty">
            <input id="at" name="at" placeholder="2026-11-20" maxLength={64} aria-describedby="at-hint" />
          </Field>
          <Field id="since" label="Changes since" hint="A day, or how long ago">
            <input id="since" name="since" placeholder="30d" maxLength={64} aria-describedby="since-hint" />
          </Field>
        </div>
        <p class="row">
          {REPORT_FORMS.map(({ ending, title }) => (
            <button key={ending} class="quiet" formaction={`${pathOf(view.id)}/report.${ending}`}>
              {title}
            </button>
          ))}
        </p>
      </form>
    </section>
  );
}
