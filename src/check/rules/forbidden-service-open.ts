import * as z from 'zod';
import { exposedAs } from './facts.js';
import { foundAt, keepOpening, openingSchema, sayBan, sayOpening } from './opening.js';
import { defineRule } from './rule.js';

/** A listed service that no more exact rule speaks of (media, call records, CTI, mute SIP ports) is open to us. */
export const forbiddenServiceOpen = defineRule({
  id: 'forbidden-service-open',
  title: 'A forbidden service is open',
  explain:
    'A service that the profile lists and forbids, and that has no rule of its own: call records, CTI, media, or a SIP port that opens and does not answer SIP. Remove the forward, or restrict it to the addresses that need it.',
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'high',
  find: (facts) => ({
    findings: exposedAs(facts, 'service').map((opening) => {
      const { service, seen } = opening;
      const silentSip = service?.kind === 'sip' && !seen.evidence.sip;
      return foundAt(opening, 'high', { ...keepOpening(facts, opening), silentSip });
    }),
  }),
  data: openingSchema.extend({ silentSip: z.boolean().describe('a SIP port that did not answer SIP') }),
  say(finding) {
    const { service, silentSip } = finding.data;
    return {
      title: `${finding.endpoint}${service ? ` (${service.title})` : ''} is open`,
      seen: `${sayOpening(finding)}${silentSip ? ' It did not answer our SIP request.' : ''} ${sayBan(finding.data)}`,
      matters: 'Every open port is a way to the phone system that no one agreed to, and shows what is behind it.',
      remedy: 'Remove the forward from the router, or restrict it to the addresses that need it.',
      programs: service?.programs ?? [],
      references: [],
    };
  },
});
