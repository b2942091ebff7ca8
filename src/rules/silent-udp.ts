import type { Rule } from './rule.js';
import { listNames } from './wording.js';

/** UDP endpoints that stayed silent: open or filtered, nobody can tell from outside. */
export const silentUdp: Rule = {
  id: 'silent-udp',
  title: 'Silent UDP ports may be open',
  severity: 'info',
  evaluate({ survey, blacklisted, vantage }) {
    if (blacklisted || vantage === 'broken') return {};
    const silent = survey.observations.filter(
      ({ state, probe }) => state === 'open|filtered' && probe !== 'canary-udp' && probe !== 'canary-tcp',
    );
    if (silent.length === 0) return {};
    return {
      undetermined: [
        {
          endpoint: null,
          what: `Whether these are closed: ${listNames(silent.map(({ endpoint }) => endpoint))}`,
          why: 'No answer came. Over UDP a service that keeps silent towards us looks the same as a closed port.',
          blocking: false,
        },
      ],
    };
  },
};
