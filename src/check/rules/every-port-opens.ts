import type { Rule } from './old-rule.js';
import { listNames } from './wording.js';

/** Random ports open too: a tarpit, a SYN proxy or a honeypot. TCP counts only with protocol evidence. */
export const everyPortOpens: Rule = {
  id: 'every-port-opens',
  title: 'Every TCP port opens',
  severity: 'medium',
  evaluate(facts) {
    if (!facts.everyPortOpens) return {};
    const canaries = facts.tcpCanaries.map(({ endpoint }) => endpoint);
    const why = 'Ports chosen at random complete a handshake as well, so a handshake says nothing here.';
    return {
      findings: [
        {
          severity: 'medium',
          effect: 'inconclusive',
          endpoint: null,
          title: 'Every TCP port opens: handshakes prove nothing here',
          seen: `Ports chosen at random open as well: ${listNames(canaries)}.`,
          matters:
            'A tarpit, a SYN proxy or a honeypot answers for everything. Only a service that spoke its own protocol counts as open.',
          remedy: "Check from an address that the firewall trusts, or read the router's list of forwards.",
          programs: [],
          references: [],
          observations: canaries,
        },
      ],
      undetermined: facts.untrusted.length
        ? [{ endpoint: null, what: `Whether these are open: ${listNames(facts.untrusted)}`, why, blocking: true }]
        : [],
    };
  },
};
