import type { ProfileService } from '../../model/profile.js';
import { adminStakes } from './admin-stakes.js';
import { exposedAs } from './facts.js';
import type { Rule } from './old-rule.js';
import { describeBan, describeOpening, listNames, nameService } from './wording.js';

const STANDINGS = {
  certain: 'Its answer shows that it is NEC’s.',
  likely: 'Its answer makes it likely that it is NEC’s.',
  possible: 'Its answer fits NEC’s, but would fit others too.',
} as const;

/** An administration interface is open to us, and the profile does not allow that. */
export const adminInterfaceReachable: Rule = {
  id: 'admin-interface-reachable',
  title: 'An administration interface is reachable',
  severity: 'critical',
  evaluate(facts) {
    return {
      findings: exposedAs(facts, 'admin').map((opening) => {
        const { endpoint, seen, service } = opening;
        const name = service ? nameService(service) : 'administration';
        const nec = seen.identity?.kind === 'nec-webpro' || seen.identity?.kind === 'nec-dim';
        const standing = nec
          ? STANDINGS[seen.identity?.confidence ?? 'possible']
          : 'That it is NEC’s follows from the port alone.';
        return {
          severity: 'critical',
          effect: 'violation',
          endpoint,
          title: `${name} is reachable on ${endpoint}`,
          seen: `${describeOpening(opening)} ${standing} ${describeBan(facts.source)}`,
          ...adminStakes(seen.identity, service?.id ?? ''),
          remedy: describeRemedy(service),
          programs: [...(service?.programs ?? [])],
          observations: [endpoint],
        };
      }),
    };
  },
};

function describeRemedy(service: ProfileService | undefined): string {
  const move = service?.programs.length
    ? `, and move it off the maker’s port (program ${listNames(service.programs)})`
    : '';
  return `Remove the forward from the router. If remote maintenance is needed, use a VPN; or forward it for the dealer’s address only${move}.`;
}
