import * as z from 'zod';
import { listNames, upperFirst } from '../../words/sentence.js';
import { isWithin } from '../../model/address-ranges.js';
import { gatewayNameSchema } from '../../model/lan.js';
import type { Hop } from '../../model/site.js';
import { nullableText, text } from '../../model/text.js';
import { PLAIN, type Found, type RuleWords } from '../../check/rules/rule.js';
import { placeOf } from '../evidence/addresses.js';
import { hasPublicAddress } from '../evidence/again.js';
import { findOtherAddresses } from '../evidence/detour.js';
import { identifyGateway, nameGateway, outwardAddresses } from '../evidence/gateways.js';
import type { SiteRule } from './site-rule.js';

const data = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('private-address'), router: gatewayNameSchema, external: text(64) }),
  z.object({ kind: z.literal('other-address'), external: z.array(text(64)).max(4), seenAs: text(64) }),
  z.object({ kind: z.literal('next-router'), address: text(64) }),
]);
type Data = z.infer<typeof data>;
const doubt = z.object({ next: nullableText(64).describe('the next router on the way') });

/** Networks that routers at homes and offices use, and providers between their own routers hardly ever do. */
const SITE_NETWORKS: readonly string[] = ['192.168.0.0/16'];

/** Another router translates in front of this one, or what is seen from outside is not this one. */
export const doubleNat: SiteRule<Data, z.infer<typeof doubt>> = {
  id: 'double-nat',
  title: 'Two NATs in a row',
  explain: `The router’s external address is a private one, so another router translates in front of it. Put one of them into bridge mode. If the address is public but is not the one that the vantage server sees, the verdict is inconclusive instead: a VPN or a second line was checked. If a router has several lines, private addresses (as for television) do not count beside a public one.

If the router does not report an external address, the next router on the way to the vantage server is examined. One with a public address means a single NAT. One in 192.168.0.0/16 is consistent with two NATs, and inconclusive. Anything else leaves an entry under “could not be determined”.`,
  about: 'outage',
  fixedBy: ['router', 'provider', 'dealer'],
  severity: 'medium',
  data,
  doubt,
  find({ routers, evidence }) {
    const known = routers.flatMap((router) => outwardAddresses(router).map((external) => ({ router, external })));
    const hidden = known.filter(({ external }) => placeOf(external) === 'inside');
    if (hidden.length > 0) {
      const findings = hidden.slice(0, 4).map(({ router, external }) => {
        return find('violation', { kind: 'private-address', router: identifyGateway(router), external });
      });
      return { findings };
    }
    const other = findOtherAddresses(evidence);
    if (other) {
      const { addresses, seenAs } = other;
      return {
        findings: [find('inconclusive', { kind: 'other-address', external: addresses.slice(0, 4), seenAs })],
      };
    }
    if (known.length > 0 || routers.length === 0) return {};
    // Without an external address, the next router on the way shows whether there is a second NAT.
    const next = findNextHop(evidence.outside?.hops ?? []);
    if (next !== null && placeOf(next) === 'internet') return {};
    if (next !== null && isWithin(next, SITE_NETWORKS))
      return { findings: [find('inconclusive', { kind: 'next-router', address: next })] };
    return { undetermined: [{ endpoint: null, blocking: false, data: { next } }] };
  },
  say: ({ data }) => ({ ...PLAIN, ...describe(data) }),
  sayDoubt({ data: { next } }) {
    const known = next ? ` The next router on the way is ${next}: the provider’s, or a second one at the site.` : '';
    return {
      what: 'Whether another NAT is in front of the router',
      why: `The router reports no external address; only UPnP and NAT-PMP would show it.${known} Compare the address on its status page with the public address.`,
    };
  },
  gone: hasPublicAddress,
};

function find(effect: Found['effect'], data: Data): Found<Data> {
  return { severity: 'medium', effect, endpoint: null, observations: [], data };
}

/** The router behind the site's own; null if it kept silent or was not asked. */
function findNextHop(hops: readonly Hop[]): string | null {
  return hops.find(({ ttl }) => ttl === 2)?.address ?? null;
}

function describe(data: Data): Pick<RuleWords, 'title' | 'seen' | 'matters' | 'remedy'> {
  switch (data.kind) {
    case 'private-address':
      return {
        title: 'Two NATs in a row: another router is in front of this one',
        seen: `${upperFirst(nameGateway(data.router))} has the external address ${data.external}, which is private. So another router translates between it and the internet.`,
        matters:
          'Forwards, SIP and voice media have to pass both routers, and usually only one of them is set up. One-way voice and phones that drop off are the signs.',
        remedy:
          'Let only one router translate: put the provider’s box into bridge mode (or modem mode), or make the inner router an access point. Then run this again.',
      };
    case 'other-address':
      return {
        title: 'The address seen from outside is not the router’s address',
        seen: `The router reports ${listNames(data.external, 4)} as its external address, but the vantage server sees us as ${data.seenAs}.`,
        matters:
          'We may have checked another line or a VPN from outside, and then the result says nothing about this router.',
        remedy:
          'Switch off VPNs and other uplinks of this machine, and check whether the site has several lines. Then run this again.',
      };
    case 'next-router':
      return {
        title: 'Consistent with two NATs in a row: a second private router is on the way',
        seen: `The next router on the way to the internet has the private address ${data.address}.`,
        matters:
          'Providers hardly ever use such addresses between their routers. With two NATs, forwards, SIP and voice media have to pass both.',
        remedy:
          'Check whether the provider’s box is a router of its own, and put it into bridge mode. Compare the external address on the router’s status page with the public address.',
      };
  }
}
