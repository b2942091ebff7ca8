import * as z from 'zod';
import { MAX_VANTAGES } from '../../model/finding.js';
import { text } from '../../model/text.js';
import { cutText, listNames, quote, renderCount } from '../../words/sentence.js';
import { defineJoinRule } from './join-rule.js';

/** What other addresses can reach stays unknown, from however many places someone looks. */
export const beyondTheseVantages = defineJoinRule({
  id: 'beyond-these-vantages',
  title: 'What these vantages cannot show',
  explain:
    'Always listed where several vantages looked, never blocking: what other addresses than theirs can reach. That a restriction lets none of our vantages in does not prove that it lets in no one else.',
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  find({ viewers }) {
    if (viewers.length === 0) return {};
    const vantages = viewers
      .slice(0, MAX_VANTAGES)
      .map(({ name, source }) => ({ name: cutText(name, 64), source: cutText(source, 64) }));
    return { undetermined: [{ endpoint: null, data: { vantages }, blocking: false }] };
  },
  doubt: z.object({
    vantages: z
      .array(z.object({ name: text(64), source: text(64) }))
      .min(1)
      .max(MAX_VANTAGES),
  }),
  sayDoubt: ({ data: { vantages } }) => ({
    what: 'What other addresses can reach',
    why: `We checked from ${renderCount(vantages.length, 'place')}: ${listNames(
      vantages.map(({ name, source }) => `${quote(name, 32)} as ${quote(source, 32)}`),
    )}. A forward for other addresses only looks closed from there.`,
  }),
});
