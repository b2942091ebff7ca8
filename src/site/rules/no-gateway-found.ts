import type { SiteRule } from './old-site-rule.js';

/** No router was found on this side. */
export const noGatewayFound: SiteRule = {
  id: 'no-gateway-found',
  title: 'No router was found',
  severity: 'medium',
  evaluate({ evidence }) {
    if (evidence.lan.gateways.length > 0) return {};
    return {
      findings: [
        {
          severity: 'medium',
          effect: 'inconclusive',
          endpoint: null,
          title: 'No router was found on this side',
          seen: 'This machine knows no default gateway, and nothing on its networks answers as one.',
          matters: 'Whether UPnP is on, and what devices had opened, is not known.',
          remedy:
            'Connect this machine to the customer’s network, or give the router’s address with --gateway; then run this again.',
          programs: [],
          references: [],
          observations: [],
        },
      ],
    };
  },
};
