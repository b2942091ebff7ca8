import * as z from 'zod';
import { HELPER_CANARY } from '../../model/canary.js';
import { endpointSchema } from '../../model/endpoint.js';
import { listNames } from '../../words/sentence.js';
import { defineRule, PLAIN } from './rule.js';

const endpointsSchema = z.object({ sip: z.array(endpointSchema).max(3).describe('the SIP ports') });

/** SIP ports and tcp/2000 complete a handshake and say nothing: a firewall's SIP helper does that with no server behind. */
export const sipHelperHandshake = defineRule({
  id: 'sip-helper-handshake',
  title: 'A firewall’s SIP helper seems to answer',
  explain:
    'A note. SIP ports (tcp/5060, 5070, 5080) and tcp/2000 complete a handshake and send nothing. Some firewalls do that for their SIP helper (ALG) with no server behind it, so these endpoints do not count as open. Whether a server is behind them is not known: that blocks the verdict if the profile forbids us one of them. Turn the SIP ALG off and check again.',
  about: 'note',
  fixedBy: ['router'],
  severity: 'low',
  find(facts) {
    const helped = facts.open.filter(({ nature }) => nature === 'sip-helper');
    const endpoints = helped.map(({ endpoint }) => endpoint);
    if (endpoints.length === 0) return {};
    const sip = endpoints.filter((endpoint) => endpoint !== HELPER_CANARY);
    const data = { sip };
    return {
      findings: [{ severity: 'low', effect: 'note', endpoint: sip[0] ?? null, observations: endpoints, data }],
      undetermined: [{ endpoint: null, data, blocking: helped.some(({ access }) => access === 'must-not') }],
    };
  },
  data: endpointsSchema,
  say: ({ data: { sip } }) => ({
    ...PLAIN,
    title: `A firewall’s SIP helper seems to answer on ${listNames(sip)}`,
    seen: `${listNames([...sip, HELPER_CANARY])} complete a handshake, but nothing there answers SIP or anything else.`,
    matters:
      'Some firewalls complete handshakes on SIP ports and on tcp/2000 for their SIP helper (ALG), with no server behind it. Such a helper can also disturb calls.',
    remedy: 'Turn off the SIP ALG or SIP helper in the router and check again.',
  }),
  doubt: endpointsSchema,
  sayDoubt: ({ data: { sip } }) => ({
    what: `Whether a server is behind ${listNames([...sip, HELPER_CANARY])}`,
    why: 'The handshake may come from a SIP helper in the firewall; no word came.',
  }),
});
