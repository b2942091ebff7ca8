import { defineRule, NOTHING, PLAIN } from './rule.js';

/** The check was ended before it was through. */
export const checkCutOff = defineRule({
  id: 'check-cut-off',
  title: 'The check was cut off',
  explain:
    'The check was ended before it was complete. What was found open is still reported; what was not checked may be open. No outage is reported.',
  about: 'gap',
  fixedBy: ['dealer'],
  severity: 'medium',
  find: ({ survey }) =>
    survey.interrupted
      ? { findings: [{ severity: 'medium', effect: 'inconclusive', endpoint: null, observations: [], data: {} }] }
      : {},
  data: NOTHING,
  say: () => ({
    ...PLAIN,
    title: 'The check was cut off before it was complete',
    seen: 'The check was ended before all endpoints were checked.',
    matters: 'What was not checked may be open. What was found open still counts.',
    remedy: 'Let a check run to its end.',
  }),
});
