import { listNames } from '../../words/sentence.js';
import { foundAt, keepOpening, openingSchema, sayOpening } from './opening.js';
import { defineRule } from './rule.js';

/** An administration interface is forwarded on purpose, but still on the port where everyone looks first. */
export const defaultAdminPort = defineRule({
  id: 'default-admin-port',
  title: 'An administration interface is on its default port',
  explain:
    'The profile lets us reach the interface, but it is on the port that scanners try first. Move it (programs 90-54-01, 90-54-02) and allow only the dealer’s address.',
  about: 'exposure',
  fixedBy: ['router', 'phone-system'],
  severity: 'medium',
  find: (facts) => ({
    findings: facts.open
      .filter(
        ({ endpoint, service, access, nature }) =>
          nature === 'admin' && access !== 'must-not' && service?.defaultEndpoints.includes(endpoint),
      )
      .map((opening) => foundAt(opening, 'medium', keepOpening(facts, opening))),
  }),
  data: openingSchema,
  say(finding) {
    const { service } = finding.data;
    const programs = service?.programs ?? [];
    const move = programs.length
      ? ` Move it with program ${listNames(programs)}, and change the forward and the profile.`
      : '';
    return {
      title: `${service?.title || 'Administration'} is forwarded on its default port, ${finding.endpoint}`,
      seen: `${sayOpening(finding)} The profile lets us reach it, but it is on the default port.`,
      matters:
        'Scanners try default ports first. Another port keeps simple scanners away; it does not replace an access list.',
      remedy: `A VPN is better than a forward.${move} Allow only the dealer’s address in the router.`,
      programs,
      references: [],
    };
  },
});
