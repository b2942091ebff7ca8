import { nullableText } from '../../model/text.js';
import { cutText } from '../../words/sentence.js';
import { exposedAs } from './facts.js';
import { foundAt, keepOpening, openingSchema, sayOpening } from './opening.js';
import { defineRule, PLAIN } from './rule.js';

/** Something is open that no service of the profile lists. */
export const unlistedEndpointOpen = defineRule({
  id: 'unlisted-endpoint-open',
  title: 'An unlisted endpoint is open',
  explain:
    'An endpoint is open that no service of the profile has. Find the forward, the UPnP mapping or the DMZ in the router and remove it. If it is wanted, add it to the profile.',
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'high',
  find: (facts) => ({
    findings: exposedAs(facts, 'unlisted').map((opening) => {
      const moved = facts.profile.services.find(({ defaultEndpoints }) => defaultEndpoints.includes(opening.endpoint));
      const defaultOf = moved ? cutText(moved.title, 80) : null;
      return foundAt(opening, 'high', { ...keepOpening(facts, opening), defaultOf });
    }),
  }),
  data: openingSchema.extend({
    defaultOf: nullableText(80).describe('the service whose default port it is; the profile has it elsewhere'),
  }),
  say(finding) {
    const { defaultOf } = finding.data;
    const hint =
      defaultOf === null ? '' : ` It is the default port of ${defaultOf}, which the profile has on another port.`;
    return {
      ...PLAIN,
      title: `${finding.endpoint} is open and not in the profile`,
      seen: `${sayOpening(finding)} The profile has no service there.${hint}`,
      matters:
        'No one looks after a forward that no one remembers. It may lead to the phone system or to any other device.',
      remedy:
        'Find the forward in the router (a rule, a UPnP mapping, a DMZ) and remove it. If it is wanted, add it to the profile.',
    };
  },
});
