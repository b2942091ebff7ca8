import type { Rule } from './old-rule.js';

/** Nothing at all answered, not even with a refusal. */
export const noSignOfLife: Rule = {
  id: 'no-sign-of-life',
  title: 'No sign of life',
  severity: 'info',
  evaluate({ survey, looked, signOfLife, vantage }) {
    if (!looked || signOfLife || survey.interrupted || vantage !== 'fit') return {};
    const refused = survey.observations.some(({ reason }) => reason === 'host-unreach' || reason === 'net-unreach');
    const onTheWay = refused ? ' A router on the way says that it can not be reached.' : '';
    return {
      findings: [
        {
          severity: 'info',
          effect: 'note',
          endpoint: null,
          title: 'No sign of life: well protected, or off line, or the wrong address',
          seen: `Nothing at ${survey.target.address} answered any of our probes.${onTheWay}`,
          matters:
            'A well closed router looks like this. So does a line that is down, or an address that belongs to nobody.',
          remedy: 'Compare the address with the one that the customer’s router shows, and see whether the line is up.',
          programs: [],
          references: [],
          observations: [],
        },
      ],
    };
  },
};
