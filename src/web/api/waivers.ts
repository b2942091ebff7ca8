import * as z from 'zod';
import { formatDay } from '../../files/text/day.js';
import { grantWaiver, LONGEST_WAIVER, readWaiver } from '../../fleet/waivers/grant-waiver.js';
import type { Waiver } from '../../model/change.js';
import { endpointSchema } from '../../model/endpoint.js';
import { SEVERITIES } from '../../model/severity.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { readViewer } from '../access/viewer.js';
import type { PageContext } from '../serve-context.js';
import { BODY, BUSY, describeRoute, MISSING, SMALL_BODY } from './describe.js';

const PATH = '/api/v1/waivers';

const waiverSchema = z.object({
  id: z.int(),
  clientId: z.string(),
  rule: z.string(),
  endpoint: endpointSchema.nullable().describe('null: wherever the rule finds it'),
  by: z.string(),
  reason: z.string(),
  until: z.iso.date().describe('last day on which it is valid, UTC'),
  isOver: z.boolean().describe('that day is over: what was accepted counts again'),
  severity: z.enum(SEVERITIES).nullable().describe('what is worse is not accepted'),
  identity: z.string().nullable().describe('where someone else answers, that is not accepted'),
  grantedAt: z.iso.datetime(),
});

const grantedSchema = z.object({
  waiver: waiverSchema,
  isFound: z.boolean().describe('whether there is such a finding now; otherwise it applies if it appears'),
  others: z.array(waiverSchema).describe('valid waivers of the same: any one of them is enough'),
});

const LABELS = { by: 'by', reason: 'reason', until: 'until' };

/** Adds what was accepted: listed, granted, and taken back. */
export function addWaivers(api: ServerApp, { store, now }: PageContext): void {
  const needs = { config: { needs: 'operator' } } as const;
  const tell = (waiver: Waiver): z.infer<typeof waiverSchema> => ({
    ...waiver,
    isOver: waiver.until < formatDay(now()),
  });
  const requireClient = async (id: string): Promise<void> => {
    const isKnown = (await store.countRecords(id)) !== null || (await store.findInventory(id)) !== null;
    if (!isKnown) throw new Refusal(404, 'not-found', `there is no client "${id}"`);
  };

  const listed = {
    ...describeRoute('What was accepted, expired waivers too', {
      200: z.object({ waivers: z.array(waiverSchema) }),
      ...MISSING,
      ...BUSY,
    }),
    querystring: z.strictObject({ client: z.string().max(64).optional().describe('only those of this client') }),
  };
  api.get(PATH, { schema: listed }, async ({ query: { client } }) => {
    if (client !== undefined) await requireClient(client);
    return { waivers: (await store.listWaivers(client)).map(tell) };
  });

  const granted = {
    ...describeRoute('Accepts what a rule finds at a client, as bad as it is now, for a time (operator)', {
      201: grantedSchema,
      ...MISSING,
      ...BUSY,
      ...BODY,
    }),
    body: z.strictObject({
      client: z.string().min(1).max(64),
      rule: z.string().max(64),
      endpoint: z.string().max(64).optional().describe('such as tcp/80; without it, wherever the rule finds it'),
      reason: z.string().max(LONGEST_WAIVER.reason),
      until: z.string().max(64).describe('last day on which it is valid, at most two years ahead'),
      by: z.string().max(LONGEST_WAIVER.by).optional().describe('who accepts it; the name of the token if not given'),
    }),
  };
  api.post(PATH, { schema: granted, ...needs, bodyLimit: SMALL_BODY }, async (request, reply) => {
    const { client: clientId, endpoint, by = readViewer(request).name, ...text } = request.body;
    const wanted = readWaiver({ clientId, endpoint, by, ...text }, LABELS, now());
    await requireClient(clientId);
    const { waiver, isFound, others } = await grantWaiver(store, wanted, now());
    return reply.code(201).send({ waiver: tell(waiver), isFound, others: others.map(tell) });
  });

  const revoked = {
    ...describeRoute('Takes a waiver back: what it accepted counts again at once (operator)', {
      204: z.undefined().describe('It is taken back'),
      ...MISSING,
      ...BUSY,
      ...BODY,
    }),
    params: z.object({ id: z.string().regex(/^[1-9]\d{0,14}$/, 'expected the number of a waiver') }),
  };
  api.delete(`${PATH}/:id`, { schema: revoked, ...needs, bodyLimit: SMALL_BODY }, async ({ params: { id } }, reply) => {
    if (await store.revokeWaiver(Number(id))) return reply.code(204).send();
    throw new Refusal(404, 'not-found', `there is no waiver ${id}`);
  });
}
