import type { ProfileService } from '../../model/profile.js';
import type { Identity } from '../../model/report.js';
import { exposedAs } from './facts.js';
import type { Rule } from './old-rule.js';
import { describeBan, describeOpening, nameService } from './wording.js';

/** A SIP server answers us, and the profile reserves it for others or for nobody. */
export const sipOpenToWorld: Rule = {
  id: 'sip-open-to-world',
  title: 'SIP answers where it should not',
  severity: 'high',
  evaluate(facts) {
    return {
      findings: exposedAs(facts, 'sip').map((opening) => {
        const { endpoint, seen, service } = opening;
        return {
          severity: 'high',
          effect: 'violation',
          endpoint,
          title: `SIP answers us on ${endpoint}${service ? ` (${nameService(service)})` : ''}`,
          seen: `${describeOpening(opening)} ${describeBan(facts.source)}`,
          matters: describeStakes(seen.identity),
          remedy: describeRemedy(service),
          programs: [...(service?.programs ?? [])],
          references: ['RFC 3261 §11.2'],
          observations: [endpoint],
        };
      }),
    };
  },
};

function describeStakes(identity: Identity | null): string {
  const general =
    'Scanners look for open SIP ports all the time, and then guess the passwords of phones. One that is found makes calls at the customer’s expense (toll fraud), and the flood of guesses alone can disturb calls.';
  if (identity?.kind !== 'nec-phone-registration') return general;
  return `${general} This is the port where NEC phones register. In plug-and-play mode they do so without a password; whether that mode is on can not be seen from outside.`;
}

function describeRemedy(service: ProfileService | undefined): string {
  if (service?.id === 'sip-trunk')
    return 'Restrict the forward to the addresses of the SIP provider. A trunk that registers outwards may need no forward at all: ask the provider, then remove it.';
  if (service?.id === 'nec-ip-phone')
    return 'Put remote NEC phones behind a VPN, or restrict the forward to the addresses of their sites.';
  return 'Remove the forward, or restrict it to the addresses that need it; put remote phones behind a VPN. Give every SIP device a long random password that is not its extension.';
}
