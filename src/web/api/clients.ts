import * as z from 'zod';
import { FLEET_SORTS } from '../../fleet/store/fleet-page.js';
import { pageClients, readStandings } from '../../fleet/sweep/page-clients.js';
import { requireGroups, requireTags } from '../../fleet/sweep/require-known.js';
import { endpointSchema } from '../../model/endpoint.js';
import { NOT_CHECKED, staleBefore } from '../../model/not-checked.js';
import { SEVERITIES } from '../../model/severity.js';
import { type ClientStanding, listedAs, STANDINGS, worstListed } from '../../model/standing.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { findEntry } from '../pages/read-client.js';
import type { PageContext } from '../serve-context.js';
import {
  BUSY,
  clientParams,
  describeRoute,
  limitOf,
  linkTo,
  MISSING,
  nextPage,
  offset,
  oneOrMore,
} from './describe.js';

const PATH = '/api/v1/clients';

/** What an address counts as, as in every list. */
const LISTED = [...STANDINGS, 'not-checked'] as const;

const cardSchema = z.object({
  id: z.string(),
  name: z.string(),
  group: z.string().nullable(),
  tags: z.array(z.string()).readonly(),
});

const standingSchema = z.object({
  slot: z.string().describe('address or name as the inventory has it; several where no check has looked at any'),
  address: z.string().nullable().describe('the address that it has now'),
  verdict: z.enum(LISTED).describe('compliant only if it is known to be so now'),
  since: z.iso.datetime().nullable(),
  seenAt: z.iso.datetime().nullable().describe('when a check last came to this verdict'),
  notChecked: z
    .object({ why: z.enum(NOT_CHECKED), reason: z.string() })
    .nullable()
    .describe('why it is not checked, or was not for long'),
  findings: z
    .array(
      z.object({
        rule: z.string(),
        endpoint: endpointSchema.nullable(),
        severity: z.enum(SEVERITIES),
        title: z.string(),
        accepted: z.boolean(),
        lostAt: z.iso.datetime().nullable().describe('since when it is out of sight: it stands all the same'),
      }),
    )
    .describe('violations that stand, and those that were accepted'),
});

const listSchema = z.object({
  total: z.int().describe('addresses that are meant'),
  counts: z.record(z.enum(LISTED), z.int()).describe('addresses by verdict, whatever verdicts are meant'),
  clients: z.array(standingSchema.extend({ client: cardSchema })),
  next: nextPage,
});

const clientSchema = cardSchema.extend({
  verdict: z.enum(LISTED).describe('the worst of its addresses; not-checked where nothing is known'),
  addresses: z.array(standingSchema),
});

const word = z.string().max(256);

const listQuery = z.strictObject({
  search: word.optional().describe('part of an id, name, address or group'),
  group: oneOrMore(word).describe('only clients of these groups'),
  tag: oneOrMore(word).describe('only clients with one of these tags'),
  profile: oneOrMore(z.string().max(1_024)).describe('only those checked by these profiles'),
  service: oneOrMore(word).describe('only those with a finding about these services or of these rules'),
  verdict: oneOrMore(z.enum(LISTED)).describe('only those with these verdicts'),
  sort: z.enum(FLEET_SORTS).default('worst'),
  limit: limitOf(500, 100),
  offset,
});

/** Adds the clients: how all addresses stand, a page at a time, and one client. */
export function addClients(api: ServerApp, { store, files, now }: PageContext): void {
  const listed = {
    ...describeRoute('How all addresses of all clients stand, a page at a time', { 200: listSchema, ...BUSY }),
    querystring: listQuery,
  };
  api.get(PATH, { schema: listed }, async ({ query }) => {
    const { group: groups, tag: tags, profile: profiles, service: services, verdict: standings, ...rest } = query;
    await requireGroups(store, groups);
    await requireTags(store, tags);
    const at = now();
    const when = { now: at, staleBefore: staleBefore(at) };
    const page = await pageClients(store, { ...rest, groups, tags, profiles, services, standings, ...when });
    const { total, counts, next } = page;
    return {
      ...{ total, counts },
      clients: page.clients.map((standing) => ({ client: standing.client, ...describe(standing) })),
      next: next === null ? null : linkTo(PATH, { ...query, offset: next }),
    };
  });

  const one = {
    ...describeRoute('How a client stands', { 200: clientSchema, ...MISSING, ...BUSY }),
    params: clientParams,
  };
  api.get(`${PATH}/:id`, { schema: one }, async ({ params: { id } }) => {
    const at = now();
    const standings = await readStandings(store, { ids: [id] }, { now: at, staleBefore: staleBefore(at) });
    const card = standings[0]?.client ?? (await findEntry({ files }, id));
    if (!card) throw new Refusal(404, 'not-found', `there is no client "${id}"`);
    const { name, group, tags } = card;
    return { ...{ id, name, group, tags }, verdict: worstListed(standings), addresses: standings.map(describe) };
  });
}

function describe(standing: ClientStanding): z.infer<typeof standingSchema> {
  const { slot, state, at, seenAt, why, problem } = standing;
  return {
    ...{ slot, address: state.address, verdict: listedAs(standing), since: at, seenAt },
    notChecked: why === null || problem === null ? null : { why, reason: problem },
    findings: Object.values(state.issues).map(({ rule, endpoint, severity, title, waived, lostAt = null }) => {
      return { rule, endpoint, severity, title, accepted: waived, lostAt };
    }),
  };
}
