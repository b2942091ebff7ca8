import { exposedAs } from './facts.js';
import type { Rule } from './old-rule.js';
import { describeBan, describeOpening, nameService } from './wording.js';

/** A listed service that no more exact rule speaks of (media, call records, CTI, mute SIP ports) is open to us. */
export const forbiddenServiceOpen: Rule = {
  id: 'forbidden-service-open',
  title: 'A service is open that the profile forbids',
  severity: 'high',
  evaluate(facts) {
    return {
      findings: exposedAs(facts, 'service').map((opening) => {
        const { endpoint, seen, service } = opening;
        const silentSip = service?.kind === 'sip' && !seen.evidence.sip ? ' It did not answer our SIP request.' : '';
        return {
          severity: 'high',
          effect: 'violation',
          endpoint,
          title: `${endpoint}${service ? ` (${nameService(service)})` : ''} is open`,
          seen: `${describeOpening(opening)}${silentSip} ${describeBan(facts.source)}`,
          matters:
            'Every open port is a way to the phone system that nobody agreed to, and tells what stands behind it.',
          remedy: 'Remove the forward from the router, or restrict it to the addresses that need it.',
          programs: [...(service?.programs ?? [])],
          references: [],
          observations: [endpoint],
        };
      }),
    };
  },
};
