import { exposedAs, type Facts, type Opening } from './facts.js';
import type { Rule } from './old-rule.js';
import { describeOpening } from './wording.js';

/** The router answers NAT-PMP or PCP to the internet. */
export const natPmpAnswersOnWan: Rule = {
  id: 'nat-pmp-answers-on-wan',
  title: 'NAT-PMP answers on the WAN',
  severity: 'high',
  evaluate(facts) {
    return {
      findings: exposedAs(facts, 'nat-pmp').map((opening) => ({
        severity: 'high',
        effect: 'violation',
        endpoint: opening.endpoint,
        title: 'NAT-PMP or PCP answers on the WAN',
        seen: `${describeOpening(opening)}${compareAddresses(facts, opening)}`,
        matters:
          'By this protocol devices open ports in the router, without a password. A router must not take such requests from the internet. We sent no such request, so whether it obeys is not known.',
        remedy:
          'Switch NAT-PMP and PCP off in the router, or bind them to the LAN alone; update the firmware. Delete forwards that nobody knows.',
        programs: [],
        references: ['RFC 6886', 'RFC 6887'],
        observations: [opening.endpoint],
      })),
    };
  },
};

function compareAddresses({ survey }: Facts, { seen }: Opening): string {
  const told = seen.evidence.natPmp?.externalAddress;
  if (!told) return '';
  if (told === survey.target.address) return ` It gives ${told} as its external address.`;
  return ` It gives ${told} as its external address, which is not the address asked: there is another NAT in front of it, or a device inside answers.`;
}
