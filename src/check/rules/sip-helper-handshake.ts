import type { Rule } from './old-rule.js';
import { listNames } from './wording.js';

/** SIP ports and tcp/2000 complete a handshake and say nothing: a firewall's SIP helper does that with no server behind. */
export const sipHelperHandshake: Rule = {
  id: 'sip-helper-handshake',
  title: 'A firewall’s SIP helper seems to answer',
  severity: 'low',
  evaluate(facts) {
    const endpoints = facts.open.filter(({ nature }) => nature === 'sip-helper').map(({ endpoint }) => endpoint);
    if (endpoints.length === 0) return {};
    const sip = endpoints.filter((endpoint) => endpoint !== 'tcp/2000');
    return {
      findings: [
        {
          severity: 'low',
          effect: 'note',
          endpoint: sip[0] ?? null,
          title: `A firewall’s SIP helper seems to answer on ${listNames(sip)}`,
          seen: `${listNames(endpoints)} complete a handshake, but nothing there answers SIP or anything else.`,
          matters:
            'Some firewalls complete handshakes on SIP ports and on tcp/2000 for their SIP helper (ALG), with no server behind. Such a helper also disturbs calls.',
          remedy: 'Switch the SIP ALG or SIP helper off in the router and check again.',
          programs: [],
          references: [],
          observations: endpoints,
        },
      ],
      undetermined: [
        {
          endpoint: null,
          what: `Whether a SIP server is behind ${listNames(sip)}`,
          why: 'The handshake may be the work of a SIP helper in the firewall; no SIP answer came.',
          blocking: false,
        },
      ],
    };
  },
};
