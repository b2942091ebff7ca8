import * as z from 'zod';
import { endpointSchema } from '../../model/endpoint.js';
import { defineRule, PLAIN } from './rule.js';

/** Other endpoints answered or were refused, but the service that always answers did not answer. */
export const signOfLifeMissing = defineRule({
  id: 'sign-of-life-missing',
  title: 'The service that always answers did not',
  explain:
    'The profile, the inventory or `--alive` names a service of the site that always answers. It was not open, although something at the address answered or refused. So the answers may be those of a blocker, or of another router; or that service is down. Inconclusive until it answers again, or another one is named.',
  about: 'gap',
  fixedBy: ['router', 'dealer'],
  severity: 'medium',
  find({ survey, heard, missingSign, vantage }) {
    if (missingSign === null || !heard || survey.interrupted || vantage !== 'fit') return {};
    return {
      findings: [
        {
          severity: 'medium',
          effect: 'inconclusive',
          endpoint: missingSign,
          observations: [missingSign],
          data: { endpoint: missingSign },
        },
      ],
    };
  },
  data: z.object({ endpoint: endpointSchema }),
  say: ({ data: { endpoint } }) => ({
    ...PLAIN,
    title: `${endpoint} always answers, and did not this time`,
    seen: `${endpoint} is named as a service of this site that always answers. It did not, though something else at this address answered or refused.`,
    matters: 'The refusals and silences may be those of a blocker or of another router: they prove nothing.',
    remedy: 'Check that this service is up and forwarded, and that the address is right. Then check again.',
  }),
});
