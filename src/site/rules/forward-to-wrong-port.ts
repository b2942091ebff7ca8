import * as z from 'zod';
import { cutText, upperFirst } from '../../words/sentence.js';
import { endpointSchema } from '../../model/endpoint.js';
import { gatewayNameSchema } from '../../model/lan.js';
import { nullableText, text } from '../../model/text.js';
import { isForwardSettled } from '../evidence/again.js';
import { nameRouters } from '../evidence/gateways.js';
import type { SiteRule } from './site-rule.js';

const data = z.object({
  service: text(80),
  arrivedAt: endpointSchema,
  isDefault: z.boolean().describe('that is the default port of the service'),
  standIn: nullableText(64),
  routers: z.array(gatewayNameSchema).max(16),
  programs: z.array(text(32)).max(32),
});

/** A forward that is agreed arrives at another port than the one where the service is. */
export const forwardToWrongPort: SiteRule<z.infer<typeof data>> = {
  id: 'forward-to-wrong-port',
  title: 'A forward leads to another port',
  explain: `A message to an agreed port arrived at a different port. It is only a note if that is the default port of the same service, because it works as long as the phone system is not moved from it.`,
  about: 'outage',
  fixedBy: ['router'],
  severity: 'medium',
  data,
  find(facts) {
    return {
      findings: [...facts.ledger.arrived.values()].flatMap(({ endpoint, arrivedAt, kind }) => {
        const service = facts.serviceOf(endpoint);
        if (kind === 'canary' || !arrivedAt || arrivedAt === endpoint || !service) return [];
        if (facts.tellers.has(endpoint) || facts.accessTo(endpoint) === 'must-not') return [];
        const isDefault = service.defaultEndpoints.includes(arrivedAt);
        return [
          {
            severity: isDefault ? ('low' as const) : ('medium' as const),
            effect: isDefault ? ('note' as const) : ('violation' as const),
            endpoint,
            observations: [endpoint],
            data: {
              service: cutText(service.title, 80),
              arrivedAt,
              isDefault,
              standIn: facts.evidence.standIn?.address ?? null,
              routers: [...facts.routerNames],
              programs: service.programs.slice(0, 32),
            },
          },
        ];
      }),
    };
  },
  say: ({ endpoint, data: { service, arrivedAt, isDefault, standIn, routers, programs } }) => ({
    title: `${service} on ${endpoint ?? 'its port'} arrives at ${arrivedAt}`,
    seen: `A signed message to ${endpoint ?? 'its port'} arrived at ${arrivedAt} of ${standIn ?? 'the stand-in'}: the router translates the port.`,
    matters: isDefault
      ? 'It works while the phone system keeps the default port, but the profile says that the service was moved.'
      : 'The phone system does not listen there, so the service cannot be reached.',
    remedy: `${upperFirst(nameRouters(routers))} has to forward it to the port that the phone system uses. Set the inside port there.`,
    programs,
    references: [],
  }),
  gone: isForwardSettled,
};
