import { placeOf } from '../evidence/addresses.js';
import { nameGateway, outwardAddresses } from '../evidence/gateways.js';
import type { SiteRule } from './old-site-rule.js';

/** The provider translates for many customers: the router has no public address of its own. */
export const cgnat: SiteRule = {
  id: 'cgnat',
  title: 'The line is behind the provider’s NAT (CGNAT)',
  severity: 'high',
  evaluate({ routers, evidence, profile, serviceAccess }) {
    const inside = routers.flatMap((router) =>
      outwardAddresses(router)
        .filter((address) => placeOf(address) === 'cgnat')
        .map(
          (address) =>
            `${nameGateway(router)} has the external address ${address}, which is of the provider’s shared space`,
        ),
    );
    const outside = evidence.outside?.scope === 'cgnat' ? ['the vantage sees us by an address of a shared space'] : [];
    const signs = [...inside, ...outside];
    if (signs.length === 0) return {};
    const required = profile.services.some((service) => serviceAccess(service) === 'must');
    return {
      findings: [
        {
          severity: required ? 'high' : 'medium',
          effect: 'violation',
          endpoint: null,
          title: 'The line has no public address of its own (CGNAT)',
          seen: `${signs.join('; ')}.`.replace(/^./, (first) => first.toUpperCase()),
          matters:
            'No forward on the router can be reached from the internet, and the provider’s NAT is one more that can break calls. What answers at the public address may be another customer’s.',
          remedy:
            'Ask the provider for a public IPv4 address of the line’s own. Without one, use trunks that register outwards and a VPN from inside, and agree on a profile that needs no forward.',
          programs: [],
          references: ['RFC 6598'],
          observations: [],
        },
      ],
    };
  },
};
