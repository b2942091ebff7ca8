import * as z from 'zod';
import { defineRule, PLAIN } from './rule.js';

/** Nothing at all answered, not even with a refusal. */
export const noSignOfLife = defineRule({
  id: 'no-sign-of-life',
  title: 'No sign of life',
  explain:
    'Nothing at all answered, not even with a refusal: the site is well protected, or it is offline, or the address is wrong. That is compliant if nothing needs to be reachable. If something is required, `required-unreachable` reports the outage.',
  about: 'note',
  severity: 'info',
  find({ survey, looked, signOfLife, vantage }) {
    if (!looked || signOfLife || survey.interrupted || vantage !== 'fit') return {};
    const refused = survey.observations.some(({ reason }) => reason === 'host-unreach' || reason === 'net-unreach');
    return {
      findings: [
        {
          ...{ severity: 'info', effect: 'note', endpoint: null, observations: [] },
          data: { unreachable: refused },
        },
      ],
    };
  },
  data: z.object({ unreachable: z.boolean().describe('a router on the way said that the target cannot be reached') }),
  say: ({ data: { unreachable } }) => ({
    ...PLAIN,
    title: 'No sign of life: well protected, or offline, or the wrong address',
    seen: `Nothing answered any of our probes.${unreachable ? ' A router on the way reports that the target cannot be reached.' : ''}`,
    matters: 'A well closed router looks like this. So does a line that is down, or an address that no one uses.',
    remedy: 'Compare the address with the one that the customer’s router shows, and check that the line is up.',
  }),
});
