import type { SiteRule } from './old-site-rule.js';
import { cutText, listNames } from '../../check/rules/wording.js';

/** Not all arrived, and this machine's own firewall may be why. */
export const ownFirewall: SiteRule = {
  id: 'own-firewall',
  title: 'Our own firewall may hide what arrives',
  severity: 'info',
  evaluate({ ledger, evidence }) {
    const { standIn } = evidence;
    if (!standIn || ledger.doubted.length === 0) return {};
    const state = standIn.firewall.state === 'on' ? 'is on' : 'may be on';
    return {
      undetermined: [
        {
          endpoint: null,
          what: `Whether more is forwarded by ${listNames(ledger.doubted.map((transport) => transport.toUpperCase()))} than arrived`,
          why: `What did not arrive at the stand-in may have been stopped here: this machine’s own firewall ${state} (${cutText(standIn.firewall.detail, 400)}). Switch it off for the test, or let sallyport in and say --firewall-open, and run this again.`,
          blocking: true,
        },
      ],
    };
  },
};
