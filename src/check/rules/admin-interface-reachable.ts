import { adminStakes } from './admin-stakes.js';
import { exposedAs } from './facts.js';
import {
  type AnswerData,
  foundAt,
  keepOpening,
  type OpeningData,
  openingSchema,
  sayBan,
  sayOpening,
} from './opening.js';
import { defineRule } from './rule.js';

/** An administration interface is open to us, and the profile does not allow that. */
export const adminInterfaceReachable = defineRule({
  id: 'admin-interface-reachable',
  title: 'An administration interface is reachable',
  explain:
    'WebPro, PCPro or the DIM terminal is open to us, and the profile forbids it. The finding says whether the answer shows that it is NEC’s, or whether only the port suggests it: PCPro sends nothing that identifies it. Remove the forward. For remote maintenance use a VPN, or allow only the dealer’s address and move the port (programs 90-54-01, 90-54-02). There are public advisories for WebPro on the SL1100 and SL2100 (CVE-2019-20027, CVE-2019-20028, CVE-2019-20029). The advisory on the DIM interface (CVE-2019-20033) names Aspire-derived systems and not the SL series.',
  about: 'exposure',
  fixedBy: ['router', 'phone-system'],
  severity: 'critical',
  find: (facts) => ({
    findings: exposedAs(facts, 'admin').map((opening) => foundAt(opening, 'critical', keepOpening(facts, opening))),
  }),
  data: openingSchema,
  say(finding) {
    const { service, answer } = finding.data;
    return {
      title: `${service?.title || 'Administration'} is reachable on ${finding.endpoint}`,
      seen: `${sayOpening(finding)} ${judgeMaker(answer)} ${sayBan(finding.data)}`,
      ...adminStakes(answer.by === 'identity' ? answer : null, service?.id ?? ''),
      remedy: sayRemedy(service),
      programs: service?.programs ?? [],
    };
  },
});

const MAKER = {
  certain: 'Its answer shows that it is NEC’s.',
  likely: 'Its answer makes it likely that it is NEC’s.',
  possible: 'Its answer fits NEC’s, but would fit others too.',
} as const;

function judgeMaker(answer: AnswerData): string {
  const nec = answer.by === 'identity' && (answer.kind === 'nec-webpro' || answer.kind === 'nec-dim');
  return nec ? MAKER[answer.confidence] : 'Only the port suggests that it is NEC’s.';
}

function sayRemedy(service: OpeningData['service']): string {
  const move = service?.programs.length ? ' Then also move it to another port.' : '';
  return `Remove the forward from the router. If remote maintenance is needed, use a VPN, or forward it for the dealer’s address only.${move}`;
}
