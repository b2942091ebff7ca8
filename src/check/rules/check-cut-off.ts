import type { Rule } from './old-rule.js';

/** The check was ended before it was through. */
export const checkCutOff: Rule = {
  id: 'check-cut-off',
  title: 'The check was cut off',
  severity: 'medium',
  evaluate({ survey }) {
    if (!survey.interrupted) return {};
    const settled = survey.observations.filter(({ state }) => state !== 'error').length;
    return {
      findings: [
        {
          severity: 'medium',
          effect: 'inconclusive',
          endpoint: null,
          title: 'The check was cut off before its end',
          seen: `It was ended after ${Math.round(survey.durationMs)} ms, with ${settled} endpoints settled.`,
          matters: 'What was not looked at may be open. What was found open stays found.',
          remedy: 'Let a check run to its end.',
          programs: [],
          references: [],
          observations: [],
        },
      ],
    };
  },
};
