import * as z from 'zod';
import { nullableText, text } from '../../model/text.js';
import { cutText, quote } from '../../words/sentence.js';
import { defineRule, PLAIN } from './rule.js';

/** More of a problem does not fit into a title. */
const TITLE_LENGTH = 180;

/** There was no address to check. */
export const addressMissing = defineRule({
  id: 'address-missing',
  title: 'There is no address to check',
  explain:
    'The name could not be resolved, or the target has another problem. Correct it, or check that the dynamic DNS entry is still updated.',
  about: 'gap',
  fixedBy: ['dealer', 'router'],
  severity: 'medium',
  find({ survey }) {
    const { input, address, problem } = survey.target;
    if (address !== null && problem === null) return {};
    return {
      findings: [
        {
          ...{ severity: 'medium', effect: 'inconclusive', endpoint: null, observations: [] },
          data: { input: cutText(input, 120), problem },
        },
      ],
    };
  },
  data: z.object({ input: text(120).describe('what the user gave'), problem: nullableText(512) }),
  say: ({ data: { input, problem } }) => ({
    ...PLAIN,
    title: problem ? `Not checked: ${quote(problem, TITLE_LENGTH)}` : 'There is no address to check',
    seen: sayMissing(input, problem),
    matters: 'Nothing was checked, so nothing is known about this site.',
    remedy:
      'Correct the name or the address; a private or other special one needs --allow-special. With dynamic DNS, check that the customer’s entry is still updated.',
  }),
});

/** The problem in full, where the title has no room for it. */
function sayMissing(input: string, problem: string | null): string {
  if (problem && problem.length <= TITLE_LENGTH) return `Nothing was sent to ${quote(input)}.`;
  return `${quote(input)}: ${problem || 'we know of no address'}.`;
}
