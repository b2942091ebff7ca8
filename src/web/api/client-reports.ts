import * as z from 'zod';
import { InputError } from '../../files/text/input-error.js';
import { readInstant } from '../../files/text/instant.js';
import { describeMissingReport, hasReport } from '../../fleet/handover/missing-report.js';
import { handOver } from '../../fleet/handover/report-span.js';
import { readHistory } from '../../fleet/handover/read-history.js';
import { HANDOVER_SCHEMA } from '../../model/handover.js';
import { VERDICTS } from '../../model/report.js';
import { STANDINGS } from '../../model/standing.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { readHandover } from '../pages/read-client.js';
import type { PageContext } from '../serve-context.js';
import { changeSchema } from './changes.js';
import { BODY, BUSY, clientParams, describeRoute, limitOf, MISSING, SMALL_BODY } from './describe.js';

const seenSchema = z.object({
  at: z.iso.datetime(),
  address: z.string().nullable(),
  verdict: z.enum(VERDICTS),
  standing: z.enum(STANDINGS),
  summary: z.string(),
});

const lookSchema = seenSchema.extend({
  sweepId: z.int(),
  invite: z.string().nullable().describe('by which someone at the site began it; null: it is of a sweep'),
  slot: z.string(),
  final: z.boolean().describe('false if another check should have followed, and did not yet'),
  again: z.unknown().optional().describe('by which version an older result was judged again'),
  changes: z.array(changeSchema).readonly(),
});
const invitedSchema = seenSchema.extend({ invite: z.string() });

const historySchema = z.object({
  checks: z.array(lookSchema).readonly(),
  invited: z.array(invitedSchema).readonly().describe('checks that someone at the site began, and that do not count'),
});

const handedSchema = z.object({
  until: z.iso.datetime().describe('up to when that report is: changes after it are in the next one'),
});

const time = z.string().max(64);

const reportQuery = z.strictObject({
  at: time.optional().describe('the last checks at or before this day or time; the newest if not given'),
  since: time
    .optional()
    .describe('changes from this day or time on, or so long ago; since the last report, or 30 days, if not given'),
});

/** Adds the checks of a client, the report of it, and the note that this was handed over. */
export function addClientReports(api: ServerApp, context: PageContext): void {
  const { store } = context;
  const history = {
    ...describeRoute('The checks of a client, newest first: what each saw, which is not how the client stands now', {
      200: historySchema,
      ...MISSING,
      ...BUSY,
    }),
    params: clientParams,
    querystring: z.strictObject({ limit: limitOf(500, 20) }),
  };
  api.get('/api/v1/clients/:id/reports', { schema: history }, async ({ params: { id }, query: { limit } }) => {
    const { looks, invited } = await readHistory(store, id, limit).catch((error: unknown) => {
      throw error instanceof InputError ? notFound(error) : error;
    });
    return { checks: looks, invited };
  });

  const report = {
    ...describeRoute('The report of a client for its customer, with what stands and is out of sight', {
      200: z.looseObject({ schema: z.literal(HANDOVER_SCHEMA) }).describe('see schemas/handover.schema.json'),
      ...MISSING,
      ...BUSY,
    }),
    params: clientParams,
    querystring: reportQuery,
  };
  api.get('/api/v1/clients/:id/report', { schema: report }, async ({ params: { id }, query }) => {
    const handover = await readHandover(context, id, query);
    if (handover) return { ...handover };
    const at = query.at === undefined ? null : readInstant(query.at, 'end');
    throw notFound(await describeMissingReport(store, id, { address: undefined, at }));
  });

  const noted = {
    ...describeRoute('Notes that a report was handed over: the next one lists what changed since (operator)', {
      201: handedSchema,
      ...MISSING,
      ...BUSY,
      ...BODY,
    }),
    params: clientParams,
    body: z.strictObject({ madeAt: z.iso.datetime().describe('of the report that was handed over') }),
  };
  const needs = { config: { needs: 'operator' } } as const;
  const path = '/api/v1/clients/:id/handed-reports';
  api.post(path, { schema: noted, ...needs, bodyLimit: SMALL_BODY }, async ({ params: { id }, body }, reply) => {
    if (!(await hasReport(store, id)))
      throw notFound(await describeMissingReport(store, id, { address: undefined, at: null }));
    const report = handOver(id, new Date(body.madeAt), 'noted', context.now());
    await store.handed.add(report);
    return reply.code(201).send({ until: report.until });
  });
}

const notFound = ({ message }: InputError): Refusal => new Refusal(404, 'not-found', message);
