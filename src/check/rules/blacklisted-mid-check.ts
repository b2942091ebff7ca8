import { countUnlisted } from './facts.js';
import type { Rule } from './old-rule.js';
import { listNames } from './wording.js';

/** What had answered was silent when asked again at the end: the site, or something before it, shut us out. */
export const blacklistedMidCheck: Rule = {
  id: 'blacklisted-mid-check',
  title: 'We were shut out during the check',
  severity: 'medium',
  evaluate({ survey, blacklisted }) {
    const { recheck } = survey.liveness;
    if (!blacklisted || !recheck) return {};
    const silent = survey.observations
      .filter(({ state }) => state === 'filtered' || state === 'open|filtered')
      .map(({ endpoint }) => endpoint);
    const counted = countUnlisted(survey.unlisted, 'filtered') + countUnlisted(survey.unlisted, 'open|filtered');
    const named = [...silent, ...(counted > 0 ? [`${counted} others`] : [])];
    const why = `${recheck.endpoint} fell silent during the check, so silence may mean that we were shut out.`;
    return {
      findings: [
        {
          severity: 'medium',
          effect: 'inconclusive',
          endpoint: recheck.endpoint,
          title: 'We were shut out during the check',
          seen: `${recheck.endpoint} answered at first, and no longer when asked again at the end.`,
          matters:
            'A router or an intrusion prevention system blocks us, or the line failed: silence proves nothing here.',
          remedy:
            'Check again later and slower (--timing polite), or have our address exempted for the time of the check.',
          programs: [],
          references: [],
          observations: [recheck.endpoint],
        },
      ],
      undetermined: named.length
        ? [{ endpoint: null, what: `Whether these are closed: ${listNames(named)}`, why, blocking: true }]
        : [],
    };
  },
};
