import * as z from 'zod';
import { upperFirst } from '../../words/sentence.js';
import { gatewayNameSchema } from '../../model/lan.js';
import { text } from '../../model/text.js';
import { placeOf } from '../evidence/addresses.js';
import { hasPublicAddress } from '../evidence/again.js';
import { identifyGateway, nameGateway, outwardAddresses } from '../evidence/gateways.js';
import type { SiteRule } from './site-rule.js';

const data = z.object({
  routers: z.array(gatewayNameSchema.extend({ external: text(64) })).max(16),
  seenFromOutside: z.boolean(),
});

/** The provider translates for many customers: the router has no public address of its own. */
export const cgnat: SiteRule<z.infer<typeof data>> = {
  id: 'cgnat',
  title: 'The line is behind the provider’s NAT (CGNAT)',
  explain: `The router’s external address, or the one that the vantage server sees, belongs to the shared space 100.64.0.0/10 (RFC 6598): the provider translates addresses for many customers. No forward can be reached from the internet. The severity is high if the profile requires a service, otherwise medium. Ask the provider for a public address.`,
  about: 'outage',
  fixedBy: ['provider'],
  severity: 'high',
  data,
  find({ routers, evidence, profile, serviceAccess }) {
    const shared = routers.flatMap((router) =>
      outwardAddresses(router)
        .filter((address) => placeOf(address) === 'cgnat')
        .map((external) => ({ ...identifyGateway(router), external })),
    );
    const seenFromOutside = evidence.outside?.scope === 'cgnat';
    if (shared.length === 0 && !seenFromOutside) return {};
    const required = profile.services.some((service) => serviceAccess(service) === 'must');
    return {
      findings: [
        {
          severity: required ? 'high' : 'medium',
          effect: 'violation',
          endpoint: null,
          observations: [],
          data: { routers: shared.slice(0, 16), seenFromOutside },
        },
      ],
    };
  },
  say: ({ data: { routers, seenFromOutside } }) => ({
    title: 'The line has no public address of its own (CGNAT)',
    seen: [
      ...routers.map(
        (router) =>
          `${upperFirst(nameGateway(router))} has the external address ${router.external}, which belongs to the provider’s shared space.`,
      ),
      ...(seenFromOutside || routers.length === 0
        ? ['The vantage server sees this site under an address of the provider’s shared space.']
        : []),
    ].join(' '),
    matters:
      'No forward in the router can be reached from the internet, and the provider’s NAT is one more that can break calls. What answers at the public address may belong to another customer.',
    remedy:
      'Ask the provider for a public IPv4 address for this line. Without one, use trunks that register outwards and a VPN from inside, and agree on a profile that needs no forward.',
    programs: [],
    references: ['RFC 6598'],
  }),
  gone: hasPublicAddress,
};
