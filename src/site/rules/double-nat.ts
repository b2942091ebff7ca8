import type { Gateway } from '../../model/lan.js';
import type { Hop } from '../../model/site.js';
import { isWithin } from '../../model/address-ranges.js';
import { listNames } from '../../check/rules/wording.js';
import { isSameAddress, placeOf } from '../evidence/addresses.js';
import { nameGateway, outwardAddresses } from '../evidence/gateways.js';
import type { SiteFinding, SiteRule, SiteRuleResult } from './old-site-rule.js';

/** Another router translates in front of this one, or what is seen from outside is not this one. */
export const doubleNat: SiteRule = {
  id: 'double-nat',
  title: 'Two NATs in a row',
  severity: 'medium',
  evaluate({ routers, evidence }) {
    const seenAs = evidence.outside?.address ?? null;
    const known = routers.flatMap((router) => outwardAddresses(router).map((address) => ({ router, address })));
    const hidden = known.filter(({ address }) => placeOf(address) === 'inside');
    if (hidden.length > 0) return { findings: hidden.slice(0, 4).map(describeHidden) };
    const addresses = known.map(({ address }) => address);
    if (addresses.length === 0) return judgeNextHop(routers, findNextHop(evidence.outside?.hops ?? []));
    if (seenAs === null || known.some(({ address }) => placeOf(address) === 'cgnat')) return {};
    return addresses.some((address) => isSameAddress(address, seenAs))
      ? {}
      : { findings: [describeOther(addresses, seenAs)] };
  },
};

/** The router behind the site's own; null where it kept silent or was not asked. */
function findNextHop(hops: readonly Hop[]): string | null {
  return hops.find(({ ttl }) => ttl === 2)?.address ?? null;
}

function describeHidden({ router, address }: { router: Gateway; address: string }): SiteFinding {
  return {
    severity: 'medium',
    effect: 'violation',
    endpoint: null,
    title: 'Two NATs in a row: another router is in front of this one',
    seen: `The external address of ${nameGateway(router)} is ${address}, a private one. So another router translates between it and the internet.`,
    matters:
      'Forwards, SIP and voice media have to get through both, and only one of them is usually set up. One-way voice and phones that drop off are the signs.',
    remedy:
      'Have one router alone translate: put the provider’s box into bridge mode (or modem mode), or make the inner router an access point. Then run this again.',
    programs: [],
    references: [],
    observations: [],
  };
}

function describeOther(addresses: readonly string[], seenAs: string): SiteFinding {
  return {
    severity: 'medium',
    effect: 'inconclusive',
    endpoint: null,
    title: 'What was seen from outside is another address than the router’s',
    seen: `The router gives ${listNames(addresses, 4)} as its external address, but the vantage sees us as ${seenAs}.`,
    matters: 'What was seen from outside may be of another line or of a VPN, and then says nothing of this router.',
    remedy:
      'Switch off VPNs and other uplinks of this machine; see whether the site has several lines. Then run this again.',
    programs: [],
    references: [],
    observations: [],
  };
}

/** Networks that routers at homes and offices use, and providers between their own routers hardly ever do. */
const SITE_NETWORKS: readonly string[] = ['192.168.0.0/16'];

/**
 * Without an external address, the next router on the way tells: one with an address of the internet speaks for one NAT
 * alone. A private one may be a second router of the site, or the provider's, which does not translate.
 */
function judgeNextHop(routers: readonly Gateway[], next: string | null): SiteRuleResult {
  if (routers.length === 0 || (next !== null && placeOf(next) === 'internet')) return {};
  if (next !== null && isWithin(next, SITE_NETWORKS)) return { findings: [describeNextRouter(next)] };
  const known =
    next === null ? '' : ` The next router on the way is ${next}, which may be the provider’s or a second one here.`;
  const why = `The router tells no external address, as it does by UPnP and NAT-PMP alone.${known} Compare the one on its status page with the public address.`;
  return {
    undetermined: [{ endpoint: null, what: 'Whether another NAT is in front of the router', why, blocking: false }],
  };
}

function describeNextRouter(next: string): SiteFinding {
  return {
    severity: 'medium',
    effect: 'inconclusive',
    endpoint: null,
    title: 'Consistent with two NATs in a row: another router of a private network is behind the first',
    seen: `The next router on the way to the internet has the private address ${next}.`,
    matters:
      'Providers hardly ever use such addresses between their routers. With two NATs, forwards, SIP and voice media have to get through both.',
    remedy:
      'See whether the provider’s box is a router of its own, and put it into bridge mode. Compare the external address on the router’s status page with the public one.',
    programs: [],
    references: [],
    observations: [],
  };
}
