import { cutText, listNames } from '../../check/rules/wording.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { SiteEvidence, StandIn } from '../../model/site.js';
import type { SiteFacts } from '../evidence/facts.js';
import { isInPlace } from '../evidence/pbx.js';
import { ofTransport } from '../evidence/proofs.js';
import type { SiteRule, Undetermined } from './old-site-rule.js';

/** The stand-in could not listen somewhere, or nothing was sent there: nothing is proved of those endpoints. */
export const unboundPorts: SiteRule = {
  id: 'unbound-ports',
  title: 'The stand-in could not prove some ports',
  severity: 'info',
  evaluate(facts) {
    const { standIn, outside } = facts.evidence;
    if (facts.kind === 'lan' || !outside || outside.problems.some(({ part }) => part === 'vantage')) return {};
    if (!standIn) return { undetermined: [NOBODY_THERE] };
    const elsewhere = doubtPlace(facts.evidence, standIn);
    if (outside.proofs.length === 0) return { undetermined: elsewhere };
    return { undetermined: [...elsewhere, ...tellUnproved(facts, standIn), ...doubtDmz(facts)] };
  },
};

/** What leads to an address that no device has looks closed from outside, by TCP too. */
const NOBODY_THERE: Undetermined = {
  endpoint: null,
  what: 'Whether a forward or a DMZ leads to the phone system’s place',
  why: 'No stand-in listened there, and what leads to an address where nobody answers looks closed from outside. Run preinstall with --stand-in.',
  blocking: true,
};

/** A stand-in at another address hears nothing of what leads to the phone system. */
function doubtPlace(evidence: SiteEvidence, { address }: StandIn): Undetermined[] {
  if (isInPlace(evidence)) return [];
  const place = evidence.pbxAddress ? `is ${cutText(evidence.pbxAddress, 45)}` : 'was not told';
  const why = `That address ${place}; the stand-in listened at ${cutText(address, 45)}, where nothing arrives that leads elsewhere. Give this machine the phone system’s address, and run this again with --pbx-address.`;
  return [{ endpoint: null, what: 'Whether a forward leads to the phone system’s address', why, blocking: true }];
}

/** Endpoints of services that are neither proved, nor seen from outside, nor doubted for our own firewall's sake. */
function tellUnproved(facts: SiteFacts, standIn: StandIn): Undetermined[] {
  const known = new Set(facts.reachable.map(({ endpoint }) => endpoint));
  const { ledger, profile } = facts;
  const groups = new Map<string, { why: string; endpoints: EndpointId[]; blocking: boolean }>();
  const unbound = new Map(standIn.unbound.map((one) => [one.endpoint, one]));
  for (const service of profile.services)
    for (const endpoint of new Set([...service.endpoints, ...service.defaultEndpoints])) {
      const intercepted = ledger.intercepted.has(endpoint);
      if (known.has(endpoint) || (ledger.missed.has(endpoint) && !intercepted)) continue;
      const blocking = service.kind !== 'gateway' && facts.accessTo(endpoint) !== 'may';
      const reason = unbound.get(endpoint);
      const why = intercepted ? INTERCEPTED : reason ? tellUnbound(reason) : NOT_SENT;
      const key = `${why} ${blocking}`;
      const group = groups.get(key) ?? { why, endpoints: [], blocking };
      group.endpoints.push(endpoint);
      groups.set(key, group);
    }
  return [...groups.values()].map(({ why, endpoints, blocking }) => ({
    endpoint: endpoints.length === 1 ? (endpoints[0] ?? null) : null,
    what: `Whether these are forwarded: ${listNames(endpoints)}`,
    why,
    blocking,
  }));
}

/** The detail says why, and what to do about it on this system. */
function tellUnbound({ detail }: StandIn['unbound'][number]): string {
  return `The stand-in could not listen there: ${cutText(detail, 256)}.`;
}

const INTERCEPTED =
  'The vantage was answered, but not by the stand-in: something on the way, such as a proxy or a SIP helper, answers in its place. Switch that off, and run this again.';
const NOT_SENT = 'No signed message was sent there, or the vantage could not send it.';

/** Without random ports nobody knows of a DMZ; some services that are proved shut speak against one all the same. */
function doubtDmz({ ledger, dmzProofs }: SiteFacts): Undetermined[] {
  const doubted = ledger.doubted.length;
  const told = ledger.canaries.some(({ endpoint }) => !ledger.doubted.some((one) => ofTransport(one)(endpoint)));
  if (dmzProofs.length > 0 || told || doubted > 0) return [];
  return [
    {
      endpoint: null,
      what: 'Whether the router has a DMZ or 1:1 NAT',
      why: 'No signed message was sent to ports chosen at random, at which the stand-in listened.',
      blocking: true,
    },
  ];
}
