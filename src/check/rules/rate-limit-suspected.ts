import * as z from 'zod';
import { defineRule } from './rule.js';

/** Tries were lost as behind a limit of new connections, and too much was silent to be asked again slowly. */
export const rateLimitSuspected = defineRule({
  id: 'rate-limit-suspected',
  title: 'A limit of new connections may hide what is open',
  explain:
    'Several tries were lost on endpoints that answered another one, as happens behind a limit of new connections, or refusals were of two kinds. What was silent is then asked again slowly, 16 endpoints at most. More were silent: whether they are closed is not known, which is blocking. Check fewer ports at once, or more slowly (`--timing polite`).',
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  find({ survey, turned, vantage }) {
    const { unasked = 0 } = survey.liveness;
    if (unasked <= 0 || turned || vantage !== 'fit') return {};
    return { undetermined: [{ endpoint: null, data: { unasked }, blocking: true }] };
  },
  doubt: z.object({ unasked: z.int().nonnegative().describe('silent endpoints that were not asked again') }),
  sayDoubt: ({ data: { unasked } }) => ({
    what: `Whether ${unasked === 1 ? 'another silent endpoint is' : `${unasked} more silent endpoints are`} closed`,
    why: 'Tries were lost as behind a limit of new connections, and these were too many to be asked again slowly.',
  }),
});
