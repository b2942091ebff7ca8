import { isCanary } from '../../model/canary.js';
import { countUnlisted } from './facts.js';
import type { Rule } from './old-rule.js';
import { listNames } from './wording.js';

/** UDP endpoints that stayed silent: open or filtered, nobody can tell from outside. */
export const silentUdp: Rule = {
  id: 'silent-udp',
  title: 'Silent UDP ports may be open',
  severity: 'info',
  evaluate({ survey, blacklisted, vantage }) {
    if (blacklisted || vantage === 'broken') return {};
    const silent = survey.observations.filter((seen) => seen.state === 'open|filtered' && !isCanary(seen));
    const counted = countUnlisted(survey.unlisted, 'open|filtered');
    if (silent.length + counted === 0) return {};
    const names = [...silent.map(({ endpoint }) => endpoint), ...(counted > 0 ? [`${counted} others`] : [])];
    return {
      undetermined: [
        {
          endpoint: null,
          what: `Whether these are closed: ${listNames(names)}`,
          why: 'No answer came. Over UDP a service that keeps silent towards us looks the same as a closed port.',
          blocking: false,
        },
      ],
    };
  },
};
