import { NOTHING, PLAIN } from '../../check/rules/rule.js';
import type { SiteRule } from './site-rule.js';

/** No router was found on this side. */
export const noGatewayFound: SiteRule = {
  id: 'no-gateway-found',
  title: 'No router was found',
  explain: `This machine has no default gateway, and nothing answers as one. So it is not known whether UPnP is on: inconclusive.`,
  about: 'vantage',
  fixedBy: ['dealer'],
  severity: 'medium',
  data: NOTHING,
  find: ({ evidence }) =>
    evidence.lan.gateways.length > 0
      ? {}
      : { findings: [{ severity: 'medium', effect: 'inconclusive', endpoint: null, observations: [], data: {} }] },
  say: () => ({
    ...PLAIN,
    title: 'No router was found from inside',
    seen: 'This machine has no default gateway, and nothing on its networks answers as one.',
    matters: 'It is not known whether UPnP is on, or what devices have opened.',
    remedy:
      'Connect this machine to the customer’s network, or give the router’s address with --gateway. Then run this again.',
  }),
  gone: () => true,
};
