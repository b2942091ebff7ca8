import { defineRule, NOTHING, PLAIN } from './rule.js';

/** There was an address, but no endpoint of it was looked at. */
export const nothingLookedAt = defineRule({
  id: 'nothing-looked-at',
  title: 'No endpoint was checked',
  explain:
    'There is an address, but none of its endpoints was checked: no ports were given, and the profile has no service that can be probed.',
  about: 'gap',
  fixedBy: ['dealer'],
  severity: 'medium',
  find({ survey, looked }) {
    const { address, problem } = survey.target;
    if (looked || survey.interrupted || address === null || problem !== null) return {};
    return {
      findings: [{ severity: 'medium', effect: 'inconclusive', endpoint: null, observations: [], data: {} }],
    };
  },
  data: NOTHING,
  say: () => ({
    ...PLAIN,
    title: 'No endpoint was checked',
    seen: 'The check ended without a single observation.',
    matters: 'Nothing is known about this site.',
    remedy: 'Give ports, or a profile with services that can be probed.',
  }),
});
