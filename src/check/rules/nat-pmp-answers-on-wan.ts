import * as z from 'zod';
import { nullableText } from '../../model/text.js';
import { exposedAs } from './facts.js';
import { foundAt, keepOpening, openingSchema, sayOpening } from './opening.js';
import { defineRule } from './rule.js';

const natPmpSchema = openingSchema.extend({
  external: z.enum(['target', 'other', 'none']).describe('which external address it gives'),
  otherAddress: nullableText(15),
});

/** The router answers NAT-PMP or PCP to the internet. */
export const natPmpAnswersOnWan = defineRule({
  id: 'nat-pmp-answers-on-wan',
  title: 'NAT-PMP answers on the WAN',
  explain:
    'NAT-PMP or PCP answered from the internet side (RFC 6886, RFC 6887). The external address that it gives is compared with the target: a different one means that another NAT is in front, or that a device inside answers. Turn NAT-PMP and PCP off, or bind them to the LAN only.',
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'high',
  find: (facts) => ({
    findings: exposedAs(facts, 'nat-pmp').map((opening) => {
      const given = opening.seen.evidence.natPmp?.externalAddress || null;
      const external = given === null ? 'none' : given === facts.survey.target.address ? 'target' : 'other';
      return foundAt(opening, 'high', {
        ...keepOpening(facts, opening),
        external,
        otherAddress: external === 'other' ? given : null,
      });
    }),
  }),
  data: natPmpSchema,
  say: (finding) => ({
    title: 'NAT-PMP or PCP answers on the WAN',
    seen: `${sayOpening(finding)}${sayExternal(finding.data)}`,
    matters:
      'With this protocol devices open ports in the router, without a password. A router must not take such requests from the internet. We sent no such request, so we do not know whether the router obeys.',
    remedy:
      'Turn NAT-PMP and PCP off in the router, or bind them to the LAN only. Update the firmware. Delete mappings that you do not recognise.',
    programs: [],
    references: ['RFC 6886', 'RFC 6887'],
  }),
});

function sayExternal({ external, otherAddress }: z.infer<typeof natPmpSchema>): string {
  if (external === 'none') return '';
  if (external === 'target') return ' It gives the target as its external address.';
  return ` It gives ${otherAddress ?? 'another address'} as its external address, which is not the target: another NAT is in front of it, or a device inside answers.`;
}
