import * as z from 'zod';
import { DEFAULT_PROFILE } from '../../files/profiles/profile.js';
import { endpointSchema } from '../../model/endpoint.js';
import { REASONS, REPORT_SCHEMA, STATES, VERDICTS } from '../../model/report.js';
import type { ServerApp } from '../../server/create-server.js';
import { sendEvents, type StreamEvent } from '../../server/event-stream.js';
import { Refusal } from '../../server/refusal.js';
import { isStillKnown } from '../access/recognise.js';
import { readViewer } from '../access/viewer.js';
import { checkAddress } from '../checks/check-address.js';
import { checkClient } from '../checks/check-client.js';
import { type Check, ChecksBusy, type CheckWork } from '../checks/checks.js';
import { follow } from '../live/follow.js';
import { findEntry } from '../pages/read-client.js';
import type { PageContext } from '../serve-context.js';
import { asText, BODY, BUSY, describeRoute, MISSING, SMALL_BODY } from './describe.js';

const PATH = '/api/v1/checks';

/** A stream ends after so long, s: a client may be a whole network. */
const STREAM_SECONDS = 3_600;

/** When one that is refused as too many may try again, s. */
const RETRY_SECONDS = 30;

const summarySchema = z.object({
  id: z.string(),
  title: z.string().describe('what is checked'),
  client: z.string().nullable().describe('the client that it is stored for; null for an address alone'),
  by: z.string().describe('who asked for it'),
  startedAt: z.iso.datetime(),
  state: z.enum(['running', 'done', 'failed']),
  verdict: z
    .enum(VERDICTS)
    .nullable()
    .describe('the worst of its reports, and never compliant where an address is unchecked; null until it is done'),
  unchecked: z
    .array(z.object({ slot: z.string(), reason: z.string() }))
    .describe('addresses of the client that it did not look at, and why'),
  problem: z.string().nullable().describe('why it failed'),
});

const checkSchema = summarySchema.extend({
  seen: z
    .array(z.object({ address: z.string(), endpoint: endpointSchema, state: z.enum(STATES), reason: z.enum(REASONS) }))
    .describe('endpoints of each address, in the order in which they were seen'),
  reports: z
    .array(z.looseObject({ schema: z.literal(REPORT_SCHEMA) }))
    .describe('an address each: see schemas/report.schema.json'),
});

const askedSchema = z.union([
  z.strictObject({ client: z.string().min(1).max(64).describe('id of a client of the inventory') }),
  z.strictObject({
    target: z.string().min(1).max(300).describe('one address or name'),
    profile: z.string().max(1_024).default(DEFAULT_PROFILE).describe('a shipped profile, or one that a client has'),
    source: z.string().max(64).optional().describe('which source of the profile this server is'),
    authorizedBy: z.string().max(1_024).describe('who allowed the check, and a reference'),
  }),
]);

/** Adds the checks that are made now: asked for, listed, and watched. */
export function addChecks(api: ServerApp, context: PageContext): void {
  const { access, checks, limits, ending, onTrouble } = context;
  const params = z.object({ id: z.string().max(64) });
  const find = (id: string): Check => {
    const check = checks.get(id);
    if (!check) throw new Refusal(404, 'not-found', 'there is no such check, or it was long ago');
    return check;
  };

  const listed = describeRoute('Checks that were asked for since the server began, newest first', {
    200: z.object({ checks: z.array(summarySchema) }),
  });
  api.get(PATH, { schema: listed }, () => ({
    checks: checks.list().map((check) => ({ ...check, unchecked: [...check.unchecked] })),
  }));

  const begun = {
    ...describeRoute('Checks a client of the inventory, or an address, now (operator)', {
      202: checkSchema.describe('It began, or was running already; Location is where it can be followed'),
      ...MISSING,
      ...BUSY,
      ...BODY,
    }),
    body: askedSchema,
  };
  const options = { schema: begun, config: { needs: 'operator' }, bodyLimit: SMALL_BODY } as const;
  api.post(PATH, options, async (request, reply) => {
    const { title, client, work } = await prepare(request.body, context);
    const check = begin({ title, client, by: readViewer(request).name }, work, context);
    return reply.code(202).header('location', `${PATH}/${check.id}`).send(describe(check));
  });

  const one = { ...describeRoute('A check, with what was seen so far', { 200: checkSchema, ...MISSING }), params };
  api.get(`${PATH}/:id`, { schema: one }, ({ params: { id } }) => describe(find(id)));

  const events = {
    ...describeRoute('A check as it goes on', {
      200: asText('Events `check`, whose data is a check without its reports, then `end`', 'text/event-stream'),
      ...MISSING,
    }),
    params,
  };
  api.get(`${PATH}/:id/events`, { schema: events, exposeHeadRoute: false }, async (request, reply) => {
    const { id } = find(request.params.id);
    const work = async function* (signal: AbortSignal): AsyncGenerator<StreamEvent> {
      const listen = (onChange: (event: StreamEvent) => void) => {
        const tell = (): void => {
          const { reports: _, ...check } = describe(find(id));
          onChange({ event: 'check', data: check });
        };
        tell();
        return checks.listen(id, tell);
      };
      for await (const event of follow(listen, signal)) {
        yield event;
        if ((event.data as Check).state !== 'running') return;
      }
    };
    const mayRead = (): boolean => isStillKnown(request, access);
    await sendEvents(reply, { ...limits, seconds: STREAM_SECONDS, ending, onTrouble, mayRead, work });
  });
}

async function prepare(asked: z.infer<typeof askedSchema>, context: PageContext) {
  if ('target' in asked) return { title: asked.target, client: null, work: await checkAddress(asked, context) };
  const client = await findEntry(context, asked.client);
  if (!client) throw new Refusal(404, 'not-found', `the inventory has no client "${asked.client}"`);
  return { title: client.name, client: client.id, work: checkClient(client, { ...context, now: context.now() }) };
}

function begin(what: Pick<Check, 'title' | 'client' | 'by'>, work: CheckWork, { checks }: PageContext): Check {
  try {
    return checks.begin(what, work);
  } catch (error) {
    throw error instanceof ChecksBusy ? new Refusal(503, 'busy', error.message, RETRY_SECONDS) : error;
  }
}

function describe({ seen, reports, ...check }: Check): z.infer<typeof checkSchema> {
  return {
    ...check,
    seen: [...seen.values()],
    unchecked: [...check.unchecked],
    reports: [...reports] as { schema: typeof REPORT_SCHEMA }[],
  };
}
