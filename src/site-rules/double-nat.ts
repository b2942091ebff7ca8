import type { Gateway } from '../model/lan.js';
import { listNames } from '../rules/wording.js';
import { isSameAddress, placeOf } from './addresses.js';
import { externalAddresses, nameGateway } from './gateways.js';
import type { SiteFinding, SiteRule } from './site-rule.js';

/** Another router translates in front of this one, or what is seen from outside is not this one. */
export const doubleNat: SiteRule = {
  id: 'double-nat',
  title: 'Two NATs in a row',
  severity: 'medium',
  evaluate({ routers, evidence }) {
    const seenAs = evidence.outside?.address ?? null;
    const all = routers.flatMap((router) => externalAddresses(router).map((address) => ({ router, address })));
    const known = all.filter(({ address }) => !['nowhere', undefined].includes(placeOf(address)));
    const hidden = known.filter(({ address }) => placeOf(address) === 'inside');
    if (hidden.length > 0) return { findings: hidden.slice(0, 4).map(describeHidden) };
    const addresses = known.map(({ address }) => address);
    if (addresses.length === 0) return doubt(routers);
    if (seenAs === null || known.some(({ address }) => placeOf(address) === 'cgnat')) return {};
    return addresses.some((address) => isSameAddress(address, seenAs))
      ? {}
      : { findings: [describeOther(addresses, seenAs)] };
  },
};

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

function doubt(routers: readonly Gateway[]) {
  if (routers.length === 0) return {};
  const why = 'The router tells its external address by UPnP and NAT-PMP only. Compare the one on its status page.';
  return {
    undetermined: [{ endpoint: null, what: 'Whether another NAT is in front of the router', why, blocking: false }],
  };
}
