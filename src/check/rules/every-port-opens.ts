import * as z from 'zod';
import { renderCount } from '../../words/sentence.js';
import { endpointListSchema, keepEndpoints, sayEndpoints } from './endpoint-list.js';
import { defineRule, PLAIN } from './rule.js';

/** A random port opens too: a tarpit, a SYN proxy or a honeypot. TCP counts only with protocol evidence. */
export const everyPortOpens = defineRule({
  id: 'every-port-opens',
  title: 'TCP ports open that no one uses',
  explain:
    'At least one of the TCP ports chosen at random opens: a tarpit, a SYN proxy or a honeypot, which may refuse some ports all the same. A handshake then proves nothing. A service counts as open only if it speaks its own protocol, and says something that the random ports do not say too. Whether the other endpoints are open is not known, which blocks the verdict.',
  about: 'gap',
  fixedBy: ['dealer'],
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
    title: 'TCP ports open that no one uses: handshakes prove nothing here',
    seen: `At least one of ${renderCount(canaries, 'port')} chosen at random opens as well.`,
    matters:
      'A tarpit, a SYN proxy or a honeypot answers on every port, or on most. Only a service that spoke its own protocol counts as open.',
    remedy: 'Check from an address that the firewall trusts, or read the router’s list of forwards.',
  }),
  doubt: endpointListSchema,
  sayDoubt: ({ data }) => ({
    what: `Whether these are open: ${sayEndpoints(data)}`,
    why: 'A port chosen at random completes a handshake as well, so a handshake proves nothing here.',
  }),
});
