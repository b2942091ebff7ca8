import * as z from 'zod';
import { isRandomCanary } from '../../model/canary.js';
import { compareEndpointIds, endpointSchema, type EndpointId } from '../../model/endpoint.js';
import { isMovedPlace } from '../../model/moved-place.js';
import { text } from '../../model/text.js';
import { cutText } from '../../words/sentence.js';
import { endpointListSchema, keepEndpoints, listWithOthers, sayEndpoints } from './endpoint-list.js';
import type { Facts, Opening } from './facts.js';
import type { Nature } from './nature.js';
import { defineRule, PLAIN } from './rule.js';

const LISTED = 8;

const signsSchema = z.object({
  services: z
    .array(
      z.object({
        title: text(80),
        endpoint: endpointSchema.nullable().describe('null: a port chosen at random'),
      }),
    )
    .max(LISTED)
    .describe('what is reachable against the profile, one endpoint a service'),
  others: z.int().nonnegative().describe('how many more such services there are'),
  insideDevice: z.enum(['certain', 'possible']).nullable().describe('a device inside answers SSDP'),
  random: z.enum(['silent', 'refused']).nullable().describe('what TCP ports chosen at random do, where they agree'),
  silent: endpointListSchema.nullable().describe('what stays silent although the random ports are refused'),
});
type Signs = z.infer<typeof signsSchema>;

/** A part of the signs, how much it weighs, for a DMZ or against it where negative, and what it rests on. */
interface Sign extends Partial<Signs> {
  readonly weight: number;
  readonly rests: readonly EndpointId[];
}

/** From here on a DMZ is suspected; three single forwards behind a router that refuses the rest come up to here. */
const SUSPICION = 4;
/** From here on single forwards are an unlikely explanation. */
const STRONG = 6;

const NEC_NATURES: readonly Nature[] = ['admin', 'moved-admin', 'sip', 'service'];
/** Services that no one forwards on purpose. */
const NEVER_FORWARDED = ['dim', 'cti'];

/**
 * The phone system seems to stand in a DMZ or behind 1:1 NAT. No single sign proves it: services could be forwarded
 * one by one, udp/1900 alone could be forwarded, and many routers refuse by themselves what they do not forward.
 * So signs are weighed, refusals count only beside something open, and silent canaries speak against it, for a
 * phone system that got them would refuse.
 */
export const dmzSuspected = defineRule({
  id: 'dmz-suspected',
  title: 'Consistent with a DMZ or 1:1 NAT',
  explain:
    'Several signs together are weighed; they are never proof. Each service that is open against the profile counts 1; DIM and CTI, which no one forwards on purpose, count 2. A device inside that answers SSDP counts 3, or 2 if it does not say what it is. If something is open, refused random ports count 1, and 1 more if other ports stay silent: many routers refuse by themselves, so refusals alone count nothing. Silent random ports count −2. A sum of 4 is a finding (high), a sum of 6 is critical. Services that the profile allows never count.',
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'critical',
  find(facts) {
    const exposure = [...weighServices(facts), ...weighInsideDevice(facts)];
    if (exposure.length === 0) return {};
    const signs = [...exposure, ...weighCanaries(facts)];
    const weight = signs.reduce((sum, sign) => sum + sign.weight, 0);
    if (weight < SUSPICION) return {};
    const [services] = signs.flatMap((sign) => (sign.services ? [sign] : []));
    const pick = <Key extends keyof Signs>(key: Key) => signs.find((sign) => sign[key] !== undefined)?.[key];
    return {
      findings: [
        {
          severity: weight >= STRONG ? 'critical' : 'high',
          effect: 'violation',
          endpoint: null,
          observations: [...new Set(signs.flatMap(({ rests }) => rests))].sort(compareEndpointIds),
          data: {
            services: services?.services ?? [],
            others: services?.others ?? 0,
            insideDevice: pick('insideDevice') ?? null,
            random: pick('random') ?? null,
            silent: pick('silent') ?? null,
          },
        },
      ],
    };
  },
  data: signsSchema,
  say: ({ data }) => ({
    ...PLAIN,
    title: 'Consistent with a DMZ or 1:1 NAT: the phone system may be fully exposed',
    seen: [...saySigns(data), 'Many single forwards would look the same.'].join(' '),
    matters:
      'In a DMZ every port of the phone system is open to the internet, including ports that this check did not try: administration, voicemail, and calls at the customer’s expense.',
    remedy:
      'Turn off the DMZ, exposed host or 1:1 NAT. Forward only what the profile names, for the addresses that need it. For maintenance use a VPN.',
  }),
});

function weighServices({ open }: Facts): Sign[] {
  const unexpected = open.filter(({ access, nature }) => access === 'must-not' && NEC_NATURES.includes(nature));
  const byService = new Map<string, Opening>();
  for (const opening of unexpected) {
    const id = serviceOf(opening);
    if (id !== undefined && !byService.has(id)) byService.set(id, opening);
  }
  if (byService.size === 0) return [];
  const rare = [...byService.keys()].filter((id) => NEVER_FORWARDED.includes(id)).length;
  return [
    {
      weight: byService.size + rare,
      services: [...byService.values()].slice(0, LISTED).map((opening) => ({
        title: cutText(nameOf(opening), 80),
        endpoint: isRandomCanary(opening.seen) ? null : opening.endpoint,
      })),
      others: Math.max(0, byService.size - LISTED),
      rests: unexpected.map(({ endpoint }) => endpoint),
    },
  ];
}

function serviceOf({ seen, service, nature }: Opening): string | undefined {
  if (nature === 'moved-admin') return seen.identity?.kind === 'nec-dim' ? 'dim' : 'webpro';
  return service?.kind === 'gateway' ? undefined : service?.id;
}

function nameOf({ seen, service, nature }: Opening): string {
  if (nature === 'moved-admin' || !service) return seen.identity?.kind === 'nec-dim' ? 'DIM terminal' : 'WebPro';
  return service.title;
}

function weighInsideDevice({ open }: Facts): Sign[] {
  const devices = open.filter(({ nature }) => nature === 'inside-device');
  if (devices.length === 0) return [];
  const sure = devices.some(({ seen }) => seen.identity?.confidence !== 'possible');
  return [
    {
      weight: sure ? 3 : 2,
      insideDevice: sure ? 'certain' : 'possible',
      rests: devices.map(({ endpoint }) => endpoint),
    },
  ];
}

function weighCanaries(facts: Facts): Sign[] {
  const { tcpCanaries, udpCanaries, survey } = facts;
  const settled = tcpCanaries.filter(({ state }) => state !== 'error');
  const rests = settled.map(({ endpoint }) => endpoint);
  if (settled.length < 2) return [];
  if (settled.every(({ state }) => state === 'filtered')) return [{ weight: -2, random: 'silent', rests }];
  if (!settled.every(({ state }) => state === 'closed') || udpCanaries.some(({ state }) => state === 'open')) return [];
  const refused: Sign = { weight: 1, random: 'refused', rests };
  // Refusals of moved places are not asked for once more where a site limits them.
  const silent = survey.observations
    .filter((seen) => seen.state === 'filtered' && !isMovedPlace(seen))
    .map(({ endpoint }) => endpoint);
  if (silent.length === 0) return [refused];
  return [refused, { weight: 1, silent: keepEndpoints(facts, silent), rests: silent }];
}

const DEVICE = { certain: 'A device', possible: 'Possibly a device' } as const;
const RANDOM = {
  silent: 'Ports chosen at random stay silent, which is evidence against it.',
  refused: 'Ports chosen at random are refused, as in a DMZ.',
} as const;

function saySigns({ services, others, insideDevice, random, silent }: Signs): string[] {
  const names = services.map(({ title, endpoint }) => `${title} on ${endpoint ?? 'a port chosen at random'}`);
  return [
    ...(names.length > 0
      ? [`Reachable together, against the profile: ${listWithOthers(names, others, 'service')}.`]
      : []),
    ...(insideDevice ? [`${DEVICE[insideDevice]} inside answers SSDP through the public address.`] : []),
    ...(random ? [RANDOM[random]] : []),
    ...(silent ? [`But ${sayEndpoints(silent, 6)} stay silent, so it is not the router that refuses everything.`] : []),
  ];
}
