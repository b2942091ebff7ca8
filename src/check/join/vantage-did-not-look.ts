import * as z from 'zod';
import { MAX_VANTAGES } from '../../model/finding.js';
import { nullableText, text } from '../../model/text.js';
import { cutText, listNames, quote } from '../../words/sentence.js';
import { PLAIN } from '../rules/rule.js';
import { defineJoinRule } from './join-rule.js';

const absentSchema = z.object({
  name: text(64),
  why: z.enum(['trouble', 'broken', 'inside']),
  trouble: nullableText(200).describe('what kept it from looking, where it did not look at all'),
});

/** One of several vantages could not look, or its look says nothing of the target. */
export const vantageDidNotLook = defineJoinRule({
  id: 'vantage-did-not-look',
  title: 'A vantage could not look',
  explain:
    'Of several vantages, one did not look, its own connection failed, or it is inside the site. What only that vantage could have seen is not known, so that the report is inconclusive unless another vantage found a violation. What such a vantage saw does not count.',
  about: 'gap',
  fixedBy: ['dealer'],
  severity: 'medium',
  find({ absent }) {
    if (absent.length === 0) return {};
    const vantages = absent.slice(0, MAX_VANTAGES).map(({ name, why, trouble }) => ({
      name: cutText(name, 64),
      why,
      trouble: trouble === null ? null : cutText(trouble, 200),
    }));
    return {
      findings: [{ severity: 'medium', effect: 'inconclusive', endpoint: null, observations: [], data: { vantages } }],
    };
  },
  data: z.object({ vantages: z.array(absentSchema).min(1).max(MAX_VANTAGES) }),
  say: ({ data: { vantages } }) => ({
    ...PLAIN,
    title: `${listNames(
      vantages.map(({ name }) => quote(name, 32)),
      3,
    )} could not look`,
    seen: vantages.map(sayWhy).join(' '),
    matters: 'What only that vantage can see is not known: who is let in from there, and who is not.',
    remedy: 'Put the vantage right, or take it out of service. Then check again.',
  }),
});

function sayWhy({ name, why, trouble }: z.infer<typeof absentSchema>): string {
  switch (why) {
    case 'trouble':
      return `${quote(name, 32)} did not look${trouble === null ? '' : `: ${quote(trouble, 60)}`}.`;
    case 'broken':
      return `The connection of ${quote(name, 32)} failed, so what it saw proves nothing.`;
    case 'inside':
      return `${quote(name, 32)} looked from inside the site, so what it saw proves nothing.`;
  }
}
