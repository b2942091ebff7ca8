import { deriveFacts, type Facts, type Opening } from '../../check/rules/facts.js';
import { cutText } from '../../words/sentence.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import type { Gateway } from '../../model/lan.js';
import { indexServices, type Profile } from '../../model/profile.js';
import type { Explanation, Proof, SiteEvidence, SiteReportData } from '../../model/site.js';
import { isSameAddress } from './addresses.js';
import { isOfAnotherLine } from './detour.js';
import { explainArrival, explainByMapping, type Explained, findWayIn } from './explain-arrival.js';
import { explainOpening } from './explain-opening.js';
import { listRouters, outwardAddresses } from './gateways.js';
import { findFirstSeen, type HeldMapping, listMappings } from './mappings.js';
import { type Ledger, ofTransport, sumProofs, TRANSPORTS } from './proofs.js';

/** What is reachable from outside, with what explains it, and the parts from which that was worked out. */
export interface Reachability {
  readonly explanations: readonly Explanation[];
  /** The mapping that explains an endpoint. */
  readonly ways: ReadonlyMap<EndpointId, HeldMapping>;
  /** Random ports that arrived through no mapping of their own: a DMZ or 1:1 NAT. */
  readonly dmzProofs: readonly Proof[];
  readonly ledger: Ledger;
  /** The check from outside as its rules see it; null if there is none, or if it proves nothing. */
  readonly check: Facts | null;
  readonly mappings: readonly HeldMapping[];
}

/**
 * Explains all that is reachable from outside: what arrived at the stand-in is proved, what answers from outside is seen.
 * `earlier` are reports of the same site, oldest first.
 */
export function explainReachable(
  evidence: SiteEvidence,
  profile: Profile,
  earlier: readonly SiteReportData[] = [],
): Reachability {
  const ledger = sumProofs(evidence.standIn, evidence.outside);
  const mappings = listMappings(evidence.lan.gateways);
  const carrying = mappings.filter(({ gateway }) => mayCarry(gateway, evidence));
  const check = deriveCheck(evidence, profile);
  const arrivals = [...ledger.arrived.values()].map((proof) => ({
    proof,
    way: findWayIn(proof, evidence, carrying),
  }));
  const dmzProofs = arrivals.flatMap(({ proof, way }) => (proof.kind === 'canary' && !way ? [proof] : []));
  const open = TRANSPORTS.filter((one) => dmzProofs.some(({ endpoint }) => ofTransport(one)(endpoint)));
  const inDmz = (endpoint: EndpointId) => open.some((one) => ofTransport(one)(endpoint));
  const ways = new Map<EndpointId, HeldMapping>();
  const services = indexServices(profile);

  const proved = arrivals.map(({ proof, way }) =>
    conclude(
      proof.endpoint,
      'proved',
      way ? explainByMapping(way) : explainArrival(proof, evidence, carrying, inDmz(proof.endpoint)),
    ),
  );
  const seen = listOpenings(check, evidence, ledger).map(([endpoint, opening]) =>
    conclude(endpoint, 'seen', explainOpening(endpoint, opening, evidence, carrying, ledger)),
  );
  const explanations = [...proved, ...seen].sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint));
  return { explanations, ways, dmzProofs, ledger, check, mappings };

  function conclude(endpoint: EndpointId, basis: Explanation['basis'], explained: Explained): Explanation {
    const { cause, grounds, held } = explained;
    if (held) ways.set(endpoint, held);
    return {
      endpoint,
      service: cutText(services.get(endpoint)?.id ?? '', 64) || null,
      basis,
      cause,
      grounds,
      mapping: held?.mapping ?? null,
      since: held ? findFirstSeen(held.mapping, earlier) : null,
    };
  }
}

/** Whether what comes to the address that the vantage looked at can come by a gateway. */
function mayCarry(gateway: Gateway, { lan, outside }: SiteEvidence): boolean {
  const addresses = outwardAddresses(gateway);
  const isSeen = addresses.some((address) => isSameAddress(address, outside?.address ?? ''));
  return listRouters(lan.gateways).includes(gateway) || addresses.length === 0 || isSeen;
}

/** A check whose own side could not see, or that was of another line, proves nothing. */
function deriveCheck(evidence: SiteEvidence, profile: Profile): Facts | null {
  const { outside } = evidence;
  if (!outside?.check || isOfAnotherLine(evidence)) return null;
  const facts = deriveFacts(outside.check, profile);
  return facts.vantage === 'fit' ? facts : null;
}

/**
 * What answers from outside and did not arrive at the stand-in. Handshakes that a tarpit or a firewall's SIP helper may
 * have completed are none. A datagram to which someone else than the stand-in answered is one.
 */
function listOpenings(check: Facts | null, { outside }: SiteEvidence, ledger: Ledger): [EndpointId, Opening | null][] {
  const openings = new Map<EndpointId, Opening | null>();
  for (const opening of check?.open ?? []) if (opening.nature !== 'sip-helper') openings.set(opening.endpoint, opening);
  for (const { endpoint, kind, state } of outside?.proofs ?? [])
    if (kind === 'service' && state === 'open' && ledger.missed.has(endpoint) && ofTransport('udp')(endpoint))
      if (!openings.has(endpoint)) openings.set(endpoint, null);
  return [...openings].filter(([endpoint]) => !ledger.arrived.has(endpoint));
}
