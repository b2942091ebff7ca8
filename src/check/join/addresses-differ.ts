import * as z from 'zod';
import { MAX_VANTAGES } from '../../model/finding.js';
import { nullableText, text } from '../../model/text.js';
import { cutText, listNames, quote } from '../../words/sentence.js';
import { PLAIN } from '../rules/rule.js';
import { defineJoinRule } from './join-rule.js';

/** The vantages did not look at one address: the name of the target leads each elsewhere. */
export const addressesDiffer = defineJoinRule({
  id: 'addresses-differ',
  title: 'The vantages looked at different addresses',
  explain:
    'The name of the target led the vantages to different addresses: it changed in between, or a name server answers by who asks. What one saw says nothing of what the others saw. Check again, or give the address.',
  about: 'gap',
  fixedBy: ['dealer'],
  severity: 'medium',
  find({ viewers }) {
    if (new Set(viewers.map(({ report }) => report.target.address)).size < 2) return {};
    const addresses = viewers.map(({ name, report }) => ({ name: cutText(name, 64), address: report.target.address }));
    return {
      findings: [{ severity: 'medium', effect: 'inconclusive', endpoint: null, observations: [], data: { addresses } }],
    };
  },
  data: z.object({
    addresses: z.array(z.object({ name: text(64), address: nullableText(64) })).max(MAX_VANTAGES),
  }),
  say: ({ data: { addresses } }) => ({
    ...PLAIN,
    title: 'The vantages looked at different addresses',
    seen: `${listNames(addresses.map(({ name, address }) => `${quote(name, 32)} looked at ${address ?? 'none'}`))}.`,
    matters: 'This report joins what was seen of several addresses. It shows none of them from all sides.',
    remedy: 'Check again, or give the address of the site instead of its name.',
  }),
});
