import { adminStakes } from './admin-stakes.js';
import { foundAt, keepOpening, openingSchema, sayOpening } from './opening.js';
import { defineRule } from './rule.js';

/** WebPro or the DIM terminal answers where the profile does not put it. */
export const movedAdminFound = defineRule({
  id: 'moved-admin-found',
  title: 'An administration interface answers on another port',
  explain:
    'WebPro or the DIM terminal was recognised on a port where the profile does not have it: on an unlisted port, or still on its default port after it was moved. Another port alone does not protect it. The severity is high instead of critical if the answer would fit other systems as well.',
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'critical',
  find: (facts) => ({
    findings: facts.open
      .filter(({ nature }) => nature === 'moved-admin')
      .map((opening) => {
        const vague = opening.seen.identity?.confidence === 'possible';
        return foundAt(opening, vague ? 'high' : 'critical', keepOpening(facts, opening));
      }),
  }),
  data: openingSchema,
  say(finding) {
    const { service, answer } = finding.data;
    const identity = answer.by === 'identity' ? answer : null;
    const name = identity?.kind === 'nec-dim' ? 'DIM terminal' : 'WebPro';
    const { matters, references } = adminStakes(identity, name === 'WebPro' ? 'webpro' : 'dim');
    const place = service ? `has ${service.title} there` : 'does not list this endpoint';
    return {
      title: `${identity?.confidence === 'possible' ? 'Possibly ' : ''}NEC ${name} answers on ${finding.endpoint}`,
      seen: `${sayOpening(finding)} The profile ${place}, and has ${name} on another port or on none.`,
      matters: `Another port alone does not protect it: anyone who scans all ports finds it. ${matters}`,
      remedy:
        'Remove this forward from the router. For remote maintenance use a VPN, or a forward for the dealer’s address only, and add it to the profile.',
      programs: name === 'WebPro' ? ['90-54-01'] : [],
      references,
    };
  },
});
