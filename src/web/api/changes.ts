import * as z from 'zod';
import { InputError } from '../../files/text/input-error.js';
import { readBeginning, readInstant } from '../../files/text/instant.js';
import { sayChange } from '../../fleet/changes/say-change.js';
import { requireGroups } from '../../fleet/sweep/require-known.js';
import { CHANGE_KINDS } from '../../model/change.js';
import { endpointSchema } from '../../model/endpoint.js';
import { SEVERITIES } from '../../model/severity.js';
import type { ServerApp } from '../../server/create-server.js';
import type { PageContext } from '../serve-context.js';
import { BUSY, describeRoute, limitOf, linkTo, nextPage, offset, oneOrMore } from './describe.js';

const PATH = '/api/v1/changes';

export const changeSchema = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  slot: z.string().describe('the address of the client, or its name'),
  sweepId: z.int(),
  kind: z.enum(CHANGE_KINDS),
  severity: z.enum(SEVERITIES),
  rule: z.string().nullable(),
  endpoint: endpointSchema.nullable(),
  title: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  remedy: z.string().nullable().describe('what to do; null if nothing has to be done'),
  alerted: z.boolean().describe('false where it was held back because the client keeps changing'),
  data: z.record(z.string(), z.unknown()),
});

const changeOfClientSchema = changeSchema.extend({
  client: z.object({
    id: z.string(),
    name: z.string(),
    group: z.string().nullable(),
    tags: z.array(z.string()).readonly(),
  }),
});

const time = z.string().max(64);

/** GET /api/v1/changes: what changed at all clients in a time, newest first. */
export function addChanges(api: ServerApp, { store, now }: PageContext): void {
  const answer = z.object({
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    changes: z.array(changeOfClientSchema),
    next: nextPage,
  });
  const schema = {
    ...describeRoute('What changed at all clients in a time, newest first', { 200: answer, ...BUSY }),
    querystring: z.strictObject({
      since: time.default('7d').describe('a day or time, or how long ago, such as 36h or 30d'),
      until: time.optional().describe('a day, whose end is meant, or a time; now if not given'),
      group: oneOrMore(z.string().max(64)).describe('only clients of these groups'),
      kind: oneOrMore(z.enum(CHANGE_KINDS)).describe('only changes of these kinds'),
      limit: limitOf(500, 100),
      offset,
    }),
  };
  api.get(PATH, { schema }, async ({ query }) => {
    const { group: groups, kind: kinds, limit } = query;
    const at = now();
    const since = readBeginning(query.since, at);
    const until = query.until === undefined ? at : readInstant(query.until, 'end');
    if (since > until) throw new InputError('since is later than until');
    await requireGroups(store, groups);
    const changes: z.infer<typeof changeOfClientSchema>[] = [];
    // One more than asked for tells whether there is more.
    const part = { offset: query.offset, limit: limit + 1 };
    for await (const change of store.readChanges({ since, until, kinds, groups }, part))
      changes.push({ ...sayChange(change), client: change.client });
    const same = { since: since.toISOString(), until: until.toISOString(), group: groups, kind: kinds, limit };
    const next = changes.length > limit ? linkTo(PATH, { ...same, offset: query.offset + limit }) : null;
    return { since: since.toISOString(), until: until.toISOString(), changes: changes.slice(0, limit), next };
  });
}
