import type { Rule } from './old-rule.js';
import { quote } from './wording.js';

/** There was no address to check. */
export const addressMissing: Rule = {
  id: 'address-missing',
  title: 'There is no address to check',
  severity: 'medium',
  evaluate({ survey }) {
    const { input, address, problem } = survey.target;
    if (address !== null && problem === null) return {};
    return {
      findings: [
        {
          severity: 'medium',
          effect: 'inconclusive',
          endpoint: null,
          title: 'There is no address to check',
          seen: `${quote(input)}: ${problem ?? 'no address is known'}.`,
          matters: 'Nothing was looked at, so nothing is known of this site.',
          remedy:
            "Correct the name or the address. With dynamic DNS, see whether the customer's entry is still updated.",
          programs: [],
          references: [],
          observations: [],
        },
      ],
    };
  },
};
