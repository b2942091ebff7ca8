import { isCanary } from '../../model/canary.js';
import { endpointListSchema, keepEndpoints, sayEndpoints } from './endpoint-list.js';
import { countUnlisted } from './facts.js';
import { defineRule } from './rule.js';

/** UDP endpoints that stayed silent: open or filtered, no one can tell from outside. */
export const silentUdp = defineRule({
  id: 'silent-udp',
  title: 'Silent UDP ports may be open',
  explain:
    'One entry for all UDP endpoints that stayed silent (`open|filtered`). Over UDP, a silent service cannot be told from a closed port. Not blocking.',
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  find(facts) {
    const { survey, turned, vantage } = facts;
    if (turned || vantage === 'broken') return {};
    const silent = survey.observations.filter((seen) => seen.state === 'open|filtered' && !isCanary(seen));
    const counted = countUnlisted(survey.unlisted, 'open|filtered');
    if (silent.length + counted === 0) return {};
    const data = keepEndpoints(
      facts,
      silent.map(({ endpoint }) => endpoint),
      counted,
    );
    return { undetermined: [{ endpoint: null, data, blocking: false }] };
  },
  doubt: endpointListSchema,
  sayDoubt: ({ data }) => ({
    what: `Whether these are closed: ${sayEndpoints(data)}`,
    why: 'No answer came. Over UDP, a service that does not answer us looks the same as a closed port.',
  }),
});
