import type { SiteRule } from './site-rule.js';
import { cutText } from '../rules/wording.js';

/** Nothing arrived, but this machine's own firewall may have stopped it. */
export const ownFirewall: SiteRule = {
  id: 'own-firewall',
  title: 'Our own firewall may hide what arrives',
  severity: 'info',
  evaluate({ ledger, evidence }) {
    const { standIn } = evidence;
    if (!standIn) return {};
    const state = standIn.firewall.state === 'on' ? 'is on' : 'may be on';
    return {
      undetermined: ledger.doubted.map((transport) => ({
        endpoint: null,
        what: `Whether anything is forwarded by ${transport.toUpperCase()}`,
        why: `Nothing arrived at the stand-in, but this machine’s own firewall ${state} (${cutText(standIn.firewall.detail, 400)}). Switch it off for the test, or let this program in and say so, and run this again.`,
        blocking: true,
      })),
    };
  },
};
