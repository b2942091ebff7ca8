import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import type { Facts, Opening } from './facts.js';
import type { Nature } from './nature.js';
import type { Rule } from './old-rule.js';
import { listNames, nameService } from './wording.js';

/** One observation that speaks for a DMZ, or against it where the weight is negative. */
interface Sign {
  readonly weight: number;
  readonly text: string;
  readonly endpoints: readonly EndpointId[];
}

/** From here on a DMZ is suspected; three single forwards behind a router that refuses the rest come up to here. */
const SUSPICION = 4;
/** From here on single forwards are an unlikely explanation. */
const STRONG = 6;

const NEC_NATURES: readonly Nature[] = ['admin', 'moved-admin', 'sip', 'service'];
/** Services that nobody forwards on purpose. */
const NEVER_FORWARDED = ['dim', 'cti'];

/**
 * The phone system seems to stand in a DMZ or behind 1:1 NAT. No single sign proves it: services could be forwarded
 * one by one, udp/1900 alone could be forwarded, and many routers refuse by themselves what they do not forward.
 * So signs are weighed, refusals count only beside something open, and silent canaries speak against it, for a
 * phone system that got them would refuse.
 */
export const dmzSuspected: Rule = {
  id: 'dmz-suspected',
  title: 'Consistent with a DMZ or 1:1 NAT',
  severity: 'critical',
  evaluate(facts) {
    const exposure = [...weighServices(facts), ...weighInsideDevice(facts)];
    if (exposure.length === 0) return {};
    const signs = [...exposure, ...weighCanaries(facts)];
    const weight = signs.reduce((sum, sign) => sum + sign.weight, 0);
    if (weight < SUSPICION) return {};
    return {
      findings: [
        {
          severity: weight >= STRONG ? 'critical' : 'high',
          effect: 'violation',
          endpoint: null,
          title: 'Consistent with a DMZ or 1:1 NAT: the phone system may be fully exposed',
          seen: `${signs.map(({ text }) => text).join(' ')} That is consistent with a DMZ (exposed host) or 1:1 NAT; many single forwards would look the same.`,
          matters:
            'In a DMZ every port of the phone system is open to the internet, also those that this check did not try: administration, voicemail and calls at the customer’s expense.',
          remedy:
            'Switch off the DMZ, exposed host or 1:1 NAT in the router. Forward only what the profile names, restricted to the addresses that need it; for maintenance use a VPN.',
          programs: [],
          references: [],
          observations: [...new Set(signs.flatMap(({ endpoints }) => endpoints))].sort(compareEndpointIds),
        },
      ],
    };
  },
};

function weighServices({ open }: Facts): Sign[] {
  const unexpected = open.filter(({ access, nature }) => access === 'must-not' && NEC_NATURES.includes(nature));
  const byService = new Map<string, Opening>();
  for (const opening of unexpected) {
    const id = serviceOf(opening);
    if (id !== undefined && !byService.has(id)) byService.set(id, opening);
  }
  if (byService.size === 0) return [];
  const names = [...byService.values()].map((opening) => `${nameOf(opening)} on ${opening.endpoint}`);
  const rare = [...byService.keys()].filter((id) => NEVER_FORWARDED.includes(id)).length;
  return [
    {
      weight: byService.size + rare,
      text: `Reachable together, against the profile: ${listNames(names, 8)}.`,
      endpoints: unexpected.map(({ endpoint }) => endpoint),
    },
  ];
}

function serviceOf({ seen, service, nature }: Opening): string | undefined {
  if (nature === 'moved-admin') return seen.identity?.kind === 'nec-dim' ? 'dim' : 'webpro';
  return service?.kind === 'gateway' ? undefined : service?.id;
}

function nameOf({ seen, service, nature }: Opening): string {
  if (nature === 'moved-admin' || !service) return seen.identity?.kind === 'nec-dim' ? 'DIM terminal' : 'WebPro';
  return nameService(service);
}

function weighInsideDevice({ open }: Facts): Sign[] {
  const devices = open.filter(({ nature }) => nature === 'inside-device');
  const endpoints = devices.map(({ endpoint }) => endpoint);
  const sure = devices.some(({ seen }) => seen.identity?.confidence !== 'possible');
  return endpoints.length
    ? [
        {
          weight: sure ? 3 : 2,
          text: `${sure ? 'A' : 'Perhaps a'} device inside answers SSDP through the public address.`,
          endpoints,
        },
      ]
    : [];
}

function weighCanaries({ tcpCanaries, udpCanaries, survey }: Facts): Sign[] {
  const settled = tcpCanaries.filter(({ state }) => state !== 'error');
  const endpoints = settled.map(({ endpoint }) => endpoint);
  if (settled.length < 2) return [];
  if (settled.every(({ state }) => state === 'filtered'))
    return [{ weight: -2, text: 'Ports chosen at random stay silent, which speaks against it.', endpoints }];
  if (!settled.every(({ state }) => state === 'closed') || udpCanaries.some(({ state }) => state === 'open')) return [];
  const refused: Sign = { weight: 1, text: 'Ports chosen at random are refused, as a host in a DMZ would.', endpoints };
  const silent = survey.observations.filter(({ state }) => state === 'filtered').map(({ endpoint }) => endpoint);
  if (silent.length === 0) return [refused];
  const text = `Yet ${listNames(silent, 6)} stay silent, so it is not the router that refuses everything.`;
  return [refused, { weight: 1, text, endpoints: silent }];
}
