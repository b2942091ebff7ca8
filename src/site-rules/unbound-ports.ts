import type { EndpointId } from '../model/endpoint.js';
import type { Undetermined } from '../model/report.js';
import type { StandIn } from '../model/site.js';
import { cutText, listNames } from '../rules/wording.js';
import type { SiteFacts } from './facts.js';
import { ofTransport } from './proofs.js';
import type { SiteRule } from './site-rule.js';

/** The stand-in could not listen somewhere, or nothing was sent there: nothing is proved of those endpoints. */
export const unboundPorts: SiteRule = {
  id: 'unbound-ports',
  title: 'The stand-in could not prove some ports',
  severity: 'info',
  evaluate(facts) {
    const { standIn } = facts.evidence;
    if (!standIn || (facts.evidence.outside?.proofs ?? []).length === 0) return {};
    return { undetermined: [...tellUnproved(facts, standIn), ...doubtDmz(facts)] };
  },
};

/** Endpoints of services that are neither proved, nor seen from outside, nor doubted for our own firewall's sake. */
function tellUnproved(facts: SiteFacts, standIn: StandIn): Undetermined[] {
  const known = new Set(facts.reachable.map(({ endpoint }) => endpoint));
  const { ledger, profile } = facts;
  const groups = new Map<string, { why: string; endpoints: EndpointId[]; blocking: boolean }>();
  const unbound = new Map(standIn.unbound.map((one) => [one.endpoint, one]));
  for (const service of profile.services)
    for (const endpoint of service.endpoints) {
      const intercepted = ledger.intercepted.has(endpoint);
      if (known.has(endpoint) || (ledger.missed.has(endpoint) && !intercepted)) continue;
      const blocking = service.kind !== 'gateway' && facts.serviceAccess(service) !== 'may';
      const reason = unbound.get(endpoint);
      const why = intercepted ? INTERCEPTED : reason ? WHY[reason.reason] : NOT_SENT;
      const key = `${why} ${blocking}`;
      const detail = reason?.detail ? ` ${cutText(reason.detail, 256)}.` : '';
      const group = groups.get(key) ?? { why: why + detail, endpoints: [], blocking };
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

const WHY: Readonly<Record<StandIn['unbound'][number]['reason'], string>> = {
  taken: 'The stand-in could not listen there: a program of this machine uses the port. End it, and run this again.',
  privileged: 'The stand-in could not listen there: the system lets only administrators. Run this as one (sudo).',
  'no-address':
    'The stand-in could not listen there: this machine does not have that address. Set it on the network card.',
  error: 'The stand-in could not listen there.',
};
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
