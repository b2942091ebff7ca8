import type { Rule } from './old-rule.js';
import { describeBan, describeOpening, nameService } from './wording.js';

/** Something else than the phone system's service answers where that service belongs. */
export const foreignService: Rule = {
  id: 'foreign-service',
  title: 'Something else answers on a service’s port',
  severity: 'high',
  evaluate(facts) {
    return {
      findings: facts.open.flatMap((opening) => {
        const { endpoint, service, access } = opening;
        if (!service || opening.nature !== 'foreign') return [];
        const forbidden = access === 'must-not';
        return [
          {
            severity: forbidden ? ('high' as const) : ('medium' as const),
            effect: 'violation' as const,
            endpoint,
            title: `Something else than ${nameService(service)} answers on ${endpoint}`,
            seen: `${describeOpening(opening)}${forbidden ? ` ${describeBan(facts.source)}` : ''}`,
            matters:
              'The forward leads to another device than the phone system, a recorder or the router itself perhaps. Such devices are attacked as well, and the forward was not meant for them.',
            remedy:
              'Look up in the router where this port leads. Remove the forward, or lead it to the phone system if the service is wanted; close the router’s own remote administration.',
            programs: [],
            references: [],
            observations: [endpoint],
          },
        ];
      }),
    };
  },
};
