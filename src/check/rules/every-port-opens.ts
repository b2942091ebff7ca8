import * as z from 'zod';
import { renderCount } from '../../words/sentence.js';
import { endpointListSchema, keepEndpoints, sayEndpoints } from './endpoint-list.js';
import { defineRule, PLAIN } from './rule.js';

/** Random ports open too: a tarpit, a SYN proxy or a honeypot. TCP counts only with protocol evidence. */
export const everyPortOpens = defineRule({
  id: 'every-port-opens',
  title: 'Every TCP port opens',
  explain:
    'At least two TCP ports chosen at random open, and none is closed or filtered: a tarpit, a SYN proxy or a honeypot. A handshake then proves nothing. A service counts as open only if it speaks its own protocol, and says something that the random ports do not say too.',
  about: 'gap',
  severity: 'medium',
  find(facts) {
    const { tcpCanaries, untrusted } = facts;
    if (!facts.everyPortOpens) return {};
    return {
      findings: [
        {
          ...{ severity: 'medium', effect: 'inconclusive', endpoint: null },
          observations: tcpCanaries.map(({ endpoint }) => endpoint),
          data: { canaries: tcpCanaries.length },
        },
      ],
      undetermined: untrusted.length ? [{ endpoint: null, data: keepEndpoints(facts, untrusted), blocking: true }] : [],
    };
  },
  data: z.object({ canaries: z.int().nonnegative() }),
  say: ({ data: { canaries } }) => ({
    ...PLAIN,
    title: 'Every TCP port opens: handshakes prove nothing here',
    seen: `Ports that no one uses open as well (${renderCount(canaries, 'port')} chosen at random).`,
    matters:
      'A tarpit, a SYN proxy or a honeypot answers on every port. Only a service that spoke its own protocol counts as open.',
    remedy: 'Check from an address that the firewall trusts, or read the router’s list of forwards.',
  }),
  doubt: endpointListSchema,
  sayDoubt: ({ data }) => ({
    what: `Whether these are open: ${sayEndpoints(data)}`,
    why: 'Ports chosen at random complete a handshake as well, so a handshake proves nothing here.',
  }),
});
