import type { Rule } from './old-rule.js';
import { describeOpening, listNames, nameService } from './wording.js';

/** An administration interface is forwarded on purpose, but still on the port where everybody looks first. */
export const defaultAdminPort: Rule = {
  id: 'default-admin-port',
  title: 'A forwarded administration interface is on its default port',
  severity: 'medium',
  evaluate(facts) {
    return {
      findings: facts.open.flatMap((opening) => {
        const { endpoint, service, access, nature } = opening;
        const onDefault = service?.defaultEndpoints.includes(endpoint) ?? false;
        if (!service || nature !== 'admin' || access === 'must-not' || !onDefault) return [];
        const programs = [...service.programs];
        const move = programs.length
          ? ` Move it with program ${listNames(programs)} and change the forward and the profile.`
          : '';
        return [
          {
            severity: 'medium' as const,
            effect: 'violation' as const,
            endpoint,
            title: `${nameService(service)} is forwarded on its default port, ${endpoint}`,
            seen: `${describeOpening(opening)} The profile lets us reach it, yet it is on the maker’s default port.`,
            matters:
              'Scanners try the maker’s ports first. Another port keeps the plain ones away; it does not replace an access list.',
            remedy: `Better than a forward is a VPN.${move} Admit only the dealer’s address in the router.`,
            programs,
            references: [],
            observations: [endpoint],
          },
        ];
      }),
    };
  },
};
