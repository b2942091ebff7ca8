import { nameService, upperFirst } from '../../check/rules/wording.js';
import { nameRouters } from '../evidence/gateways.js';
import type { SiteFinding, SiteRule } from './old-site-rule.js';

/** A forward that is agreed arrives at another port than the one where the service is. */
export const forwardToWrongPort: SiteRule = {
  id: 'forward-to-wrong-port',
  title: 'A forward leads to another port',
  severity: 'medium',
  evaluate(facts) {
    return {
      findings: [...facts.ledger.arrived.values()].flatMap(({ endpoint, arrivedAt, kind }): SiteFinding[] => {
        const service = facts.serviceOf(endpoint);
        if (kind === 'canary' || !arrivedAt || arrivedAt === endpoint || !service) return [];
        if (facts.tellers.has(endpoint) || facts.accessTo(endpoint) === 'must-not') return [];
        const toDefault = service.defaultEndpoints.includes(arrivedAt);
        return [
          {
            severity: toDefault ? 'low' : 'medium',
            effect: toDefault ? 'note' : 'violation',
            endpoint,
            title: `${endpoint} (${nameService(service)}) arrives at ${arrivedAt}`,
            seen: `A signed message to ${endpoint} arrived at ${arrivedAt} of ${facts.evidence.standIn?.address ?? 'the stand-in'}: the router translates the port.`,
            matters: toDefault
              ? 'It works while the phone system keeps the maker’s port; the profile says that it was moved.'
              : 'The phone system does not listen there, so the service can not be reached.',
            remedy: `${upperFirst(nameRouters(facts.routers))} has to forward ${endpoint} to the port that the phone system uses. Set the inside port there.`,
            programs: [...service.programs],
            references: [],
            observations: [endpoint],
          },
        ];
      }),
    };
  },
};
