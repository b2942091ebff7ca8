import { listNames } from '../../check/rules/wording.js';
import { nameRouters } from '../evidence/gateways.js';
import type { SiteRule } from './old-site-rule.js';

/** Random ports arrived at the stand-in: everything, or a wide range, is let in. */
export const dmzProved: SiteRule = {
  id: 'dmz-proved',
  title: 'A DMZ or 1:1 NAT is proved',
  severity: 'critical',
  evaluate({ dmzProofs, ledger, routers, evidence, reachable }) {
    if (dmzProofs.length === 0) return {};
    const arrived = dmzProofs.map(({ endpoint }) => endpoint);
    const missed = ledger.canaries.filter((proof) => !proof.arrived).map(({ endpoint }) => endpoint);
    const rest =
      missed.length > 0
        ? ` Other random ports (${listNames(missed, 6)}) did not arrive, so it may be a wide range of ports instead.`
        : '';
    const others = reachable.filter(({ cause, endpoint }) => cause === 'dmz' && !arrived.includes(endpoint));
    const along = others.length > 0 ? ` So did ${listNames(others.map(({ endpoint }) => endpoint))}.` : '';
    return {
      findings: [
        {
          severity: 'critical',
          effect: 'violation',
          endpoint: null,
          title: 'Everything is let in: a DMZ, an exposed host or 1:1 NAT',
          seen: `Signed messages to ports chosen at random (${listNames(arrived, 8)}) arrived at ${evidence.standIn?.address ?? 'the stand-in'}, and no mapping explains them.${along}${rest}`,
          matters:
            'Every port of the phone system would be open to the internet: administration, voicemail and calls at the customer’s expense.',
          remedy: `In ${nameRouters(routers)}, switch off the DMZ (also called exposed host, default server or 1:1 NAT) and forwards of wide port ranges. Forward only what the profile names.`,
          programs: [],
          references: [],
          observations: [...arrived, ...others.map(({ endpoint }) => endpoint)],
        },
      ],
    };
  },
};
