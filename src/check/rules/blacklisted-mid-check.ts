import { endpointSchema } from '../../model/endpoint.js';
import { endpointListSchema, keepEndpoints, sayEndpoints } from './endpoint-list.js';
import { countUnlisted } from './facts.js';
import { defineRule, NOTHING, PLAIN } from './rule.js';

/** What had answered was silent when asked again at the end: the site, or something before it, blocked us. */
export const blacklistedMidCheck = defineRule({
  id: 'blacklisted-mid-check',
  title: 'We were blocked during the check',
  explain:
    'Something that had answered was silent when asked again at the end. A router or an intrusion prevention system blocks us, or the line failed. The state of everything silent is then unknown. Check again more slowly (`--timing polite`), or have our address exempted.',
  about: 'gap',
  severity: 'medium',
  find(facts) {
    const { survey, blacklisted } = facts;
    const { recheck } = survey.liveness;
    if (!blacklisted || !recheck) return {};
    const { endpoint } = recheck;
    const silent = survey.observations.filter(({ state }) => state === 'filtered' || state === 'open|filtered');
    const counted = countUnlisted(survey.unlisted, 'filtered') + countUnlisted(survey.unlisted, 'open|filtered');
    const list = keepEndpoints(
      facts,
      silent.map((seen) => seen.endpoint),
      counted,
    );
    return {
      findings: [{ severity: 'medium', effect: 'inconclusive', endpoint, observations: [endpoint], data: {} }],
      undetermined:
        silent.length + counted > 0 ? [{ endpoint: null, data: { ...list, blockedAt: endpoint }, blocking: true }] : [],
    };
  },
  data: NOTHING,
  say: ({ endpoint }) => ({
    ...PLAIN,
    title: 'We were blocked during the check',
    seen: `${endpoint} answered at first, but not when asked again at the end.`,
    matters: 'A router or an intrusion prevention system blocks us, or the line failed: silence proves nothing here.',
    remedy: 'Check again later and more slowly (--timing polite), or have our address exempted during the check.',
  }),
  doubt: endpointListSchema.extend({ blockedAt: endpointSchema.describe('what fell silent') }),
  sayDoubt: ({ data }) => ({
    what: `Whether these are closed: ${sayEndpoints(data)}`,
    why: `${data.blockedAt} fell silent during the check, so silence may mean that we were blocked.`,
  }),
});
