import type { Rule } from './old-rule.js';

/** There was an address, but no endpoint of it was looked at. */
export const nothingLookedAt: Rule = {
  id: 'nothing-looked-at',
  title: 'No endpoint was looked at',
  severity: 'medium',
  evaluate({ survey, looked }) {
    const { address, problem } = survey.target;
    if (looked || survey.interrupted || address === null || problem !== null) return {};
    return {
      findings: [
        {
          severity: 'medium',
          effect: 'inconclusive',
          endpoint: null,
          title: 'No endpoint was looked at',
          seen: 'The check ended without a single observation.',
          matters: 'Nothing is known of this site.',
          remedy: 'Give ports, or a profile with services that can be probed.',
          programs: [],
          references: [],
          observations: [],
        },
      ],
    };
  },
};
