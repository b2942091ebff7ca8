import type { Rule } from './old-rule.js';
import { adminStakes } from './admin-stakes.js';
import { describeOpening, nameService } from './wording.js';

/** WebPro or the DIM terminal answers where the profile does not put it. */
export const movedAdminFound: Rule = {
  id: 'moved-admin-found',
  title: 'An administration interface answers on another port',
  severity: 'critical',
  evaluate(facts) {
    const found = facts.open.filter(({ nature }) => nature === 'moved-admin');
    return {
      findings: found.map((opening) => {
        const { endpoint, seen, service } = opening;
        const name = seen.identity?.kind === 'nec-dim' ? 'DIM terminal' : 'WebPro';
        const place = service ? `the place of ${nameService(service)}` : 'an endpoint that it does not list';
        const { matters, references } = adminStakes(seen.identity, name === 'WebPro' ? 'webpro' : 'dim');
        const vague = seen.identity?.confidence === 'possible';
        return {
          severity: vague ? 'high' : 'critical',
          effect: 'violation',
          endpoint,
          title: `${vague ? 'Perhaps ' : ''}NEC ${name} answers on ${endpoint}`,
          seen: `${describeOpening(opening)} The profile has ${name} elsewhere or nowhere: this is ${place}.`,
          matters: `Another port hides nothing: whoever scans all ports finds it. ${matters}`,
          remedy:
            'Remove this forward from the router. For remote maintenance use a VPN, or a forward that only admits the dealer’s address, and write it into the profile.',
          programs: name === 'WebPro' ? ['90-54-01'] : [],
          references,
          observations: [endpoint],
        };
      }),
    };
  },
};
