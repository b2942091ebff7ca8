import * as z from 'zod';
import { answerSchema, keepAnswer, sayAnswer } from '../../check/rules/opening.js';
import type { Found } from '../../check/rules/rule.js';
import { endpointSchema } from '../../model/endpoint.js';
import { gatewayNameSchema } from '../../model/lan.js';
import type { Severity } from '../../model/severity.js';
import { type Cause, CAUSES, type Explanation, groundsSchema } from '../../model/site.js';
import { nullableText } from '../../model/text.js';
import { cutText } from '../../words/sentence.js';
import type { SiteFacts } from '../evidence/facts.js';
import { nameRouters } from '../evidence/gateways.js';
import { sayGrounds } from '../evidence/say-grounds.js';
import { sayStakes, stakesSchema, weighStakes } from './stakes.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const data = z.object({
  endpoints: someOf(endpointSchema),
  service: nullableText(80),
  basis: z.enum(['proved', 'seen']),
  cause: z.enum(CAUSES),
  grounds: groundsSchema,
  standIn: nullableText(64),
  arrivedAt: endpointSchema.nullable().describe('where the first arrived, if at another port'),
  answer: answerSchema.nullable().describe('who answers on the first'),
  stakes: stakesSchema,
  routers: z.array(gatewayNameSchema).max(16),
});
type Data = z.infer<typeof data>;

/** Something is let in that the profile forbids, by no mapping of the phone system's and by no DMZ. */
export const forwardNotAgreed: SiteRule<Data> = {
  id: 'forward-not-agreed',
  title: 'Something is let in that no one agreed to',
  explain: `Something is reachable although the profile forbids it, and no finding above reports it: a static forward, the router itself, a mapping of another port, or something unexplained. There is one finding for each service and cause. It is as bad as what it opens; up to high if it is the router itself.`,
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'critical',
  data,
  find(facts) {
    const groups = new Map<string, [Explanation, ...Explanation[]]>();
    for (const explanation of facts.reachable) {
      const { endpoint, cause } = explanation;
      if (facts.tellers.get(endpoint) !== 'forward') continue;
      const key = `${facts.serviceOf(endpoint)?.id ?? endpoint} ${cause}`;
      const group = groups.get(key);
      if (group) group.push(explanation);
      else groups.set(key, [explanation]);
    }
    return { findings: [...groups.values()].map((group) => findGroup(facts, group)) };
  },
  say({ data }) {
    const { endpoints, service, basis, cause, grounds, standIn, arrivedAt, answer, stakes, routers } = data;
    const what = `${listSome(endpoints, undefined, 4)}${service ? ` (${service})` : ''}`;
    const isMany = endpoints.count > 1;
    const how = basis === 'proved' ? `${sayProved(cause, isMany)}: proved` : sayHow(cause, isMany);
    const seen =
      basis === 'proved'
        ? `A signed message from outside arrived at ${standIn ?? 'the stand-in'}${arrivedAt ? `, at ${arrivedAt}` : ''}.`
        : `${endpoints.first[0] ?? 'It'} answers from outside.${answer ? ` ${sayAnswer(answer)}` : ''}`;
    return {
      title: `${what} ${how}`,
      seen: `${seen} ${sayGrounds(grounds)}`,
      remedy: sayRemedy(cause, nameRouters(routers)),
      ...(cause === 'router' ? ROUTER : sayStakes(stakes)),
    };
  },
};

/** It is not the phone system that is open. */
const ROUTER = {
  matters:
    'Anyone who gets into the router controls everything behind it, including the phone system. Its own pages and services belong on the LAN only.',
  programs: [],
  references: [],
};

function weighRouter(severity: Severity): Severity {
  return severity === 'critical' ? 'high' : severity;
}

function findGroup(facts: SiteFacts, group: readonly [Explanation, ...Explanation[]]): Found<Data> {
  const [{ endpoint, basis, cause, grounds }] = group;
  const endpoints = group.map((explanation) => explanation.endpoint);
  const service = facts.serviceOf(endpoint);
  const { severity, stakes } = weighStakes(facts, endpoint);
  const arrivedAt = facts.ledger.arrived.get(endpoint)?.arrivedAt ?? null;
  const opening = facts.check?.open.find((one) => one.endpoint === endpoint);
  return {
    severity: cause === 'router' ? weighRouter(severity) : severity,
    effect: 'violation',
    endpoint,
    observations: endpoints,
    data: {
      endpoints: takeSome(endpoints),
      service: service ? cutText(service.title, 80) : null,
      ...{ basis, cause, grounds },
      standIn: facts.evidence.standIn?.address ?? null,
      arrivedAt: arrivedAt === endpoint ? null : arrivedAt,
      answer: opening ? keepAnswer(opening.seen) : null,
      stakes,
      routers: [...facts.routerNames],
    },
  };
}

function sayProved(cause: Cause, isMany: boolean): string {
  const are = isMany ? 'are' : 'is';
  return cause === 'unexplained' ? `${are} let in, it is not known by what` : `${are} forwarded`;
}

function sayHow(cause: Cause, isMany: boolean): string {
  const are = isMany ? 'are' : 'is';
  switch (cause) {
    case 'static-forward':
    case 'nat-pmp':
      return `${are} forwarded`;
    case 'upnp-mapping':
      return `${are} mapped`;
    case 'dmz':
      return `${are} let in`;
    case 'router':
      return `${are} open: the router itself answers`;
    case 'unexplained':
      return `${are} open, and nothing inside explains it`;
  }
}

function sayRemedy(cause: Cause, router: string): string {
  switch (cause) {
    case 'router':
      return `In ${router}, switch off management from the internet (also called remote administration or WAN access), and update its firmware.`;
    case 'upnp-mapping':
      return `Switch UPnP off in ${router}, then delete the mapping or restart the router.`;
    case 'unexplained':
      return `Check the forwards of ${router}, its DMZ and its management from the internet, and remove what lets this in. Then run this again.`;
    case 'static-forward':
    case 'nat-pmp':
    case 'dmz':
      return `Remove the forward in ${router}. If it is wanted, restrict it to the addresses that need it, and add it to the profile.`;
  }
}
