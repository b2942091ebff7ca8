import { exposedAs, type Facts } from './facts.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { Rule } from './old-rule.js';
import { describeOpening, nameService } from './wording.js';

/** Something is open that no service of the profile lists. */
export const unlistedEndpointOpen: Rule = {
  id: 'unlisted-endpoint-open',
  title: 'An endpoint is open that the profile does not list',
  severity: 'high',
  evaluate(facts) {
    return {
      findings: exposedAs(facts, 'unlisted').map((opening) => {
        const { endpoint } = opening;
        return {
          severity: 'high',
          effect: 'violation',
          endpoint,
          title: `${endpoint} is open, and nobody listed it`,
          seen: `${describeOpening(opening)} No service of the profile is there.${hintDefault(facts, endpoint)}`,
          matters:
            'A forward that nobody remembers is looked after by nobody. It may lead to the phone system or to anything else.',
          remedy:
            'Find the forward in the router (a rule, a UPnP entry, a DMZ) and remove it; if it is wanted, write it into the profile.',
          programs: [],
          references: [],
          observations: [endpoint],
        };
      }),
    };
  },
};

function hintDefault({ profile }: Facts, endpoint: EndpointId): string {
  const moved = profile.services.find((service) => service.defaultEndpoints.includes(endpoint));
  return moved ? ` It is the maker’s default port of ${nameService(moved)}, which the profile has elsewhere.` : '';
}
