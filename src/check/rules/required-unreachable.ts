import * as z from 'zod';
import { endpointSchema } from '../../model/endpoint.js';
import type { ProfileService } from '../../model/profile.js';
import { REASONS, STATES } from '../../model/report.js';
import { endpointListSchema, keepEndpoints, listWithOthers, sayEndpoints } from './endpoint-list.js';
import type { Facts } from './facts.js';
import type { Seen } from './trust.js';
import type { Nature } from './nature.js';
import { keepService, serviceSchema } from './opening.js';
import { defineRule, type Doubt, type Found } from './rule.js';

/** Natures of an open endpoint that are not the service that belongs there. */
const OTHERS: readonly Nature[] = ['foreign', 'moved-admin', 'sip-helper'];
const LISTED = 12;

const outageSchema = z.object({
  service: serviceSchema,
  sip: z.boolean(),
  states: z
    .array(z.object({ endpoint: endpointSchema, state: z.enum(STATES), reason: z.enum(REASONS) }))
    .max(LISTED)
    .describe('what was seen of its endpoints'),
  others: z.int().nonnegative().describe('how many more observations there are'),
  heard: z.boolean().describe('something else at this address answers'),
});
const doubtSchema = endpointListSchema.extend({ service: serviceSchema });

/** A service that the profile requires from our source cannot be reached: an outage. */
export const requiredUnreachable = defineRule({
  id: 'required-unreachable',
  title: 'A required service cannot be reached',
  explain:
    'The profile says `must` for our source, every endpoint of the service was checked, and none answers as that service: an outage. SIP that is silent to OPTIONS counts (RFC 3261 §11 requires an answer). It is not reported if we were blocked or cut off, if our own side failed, or if every port opens. A SIP port that opens without SIP leaves a blocking entry.',
  about: 'outage',
  fixedBy: ['router', 'phone-system', 'provider'],
  severity: 'high',
  find(facts) {
    const { survey, profile, vantage, turned } = facts;
    if (survey.interrupted || turned || vantage !== 'fit') return {};
    const required = profile.services.filter((service) => facts.serviceAccess(service) === 'must');
    return {
      findings: required.filter((service) => isOut(facts, service)).map((service) => findOutage(facts, service)),
      undetermined: required.flatMap((service) => doubtSip(facts, service)),
    };
  },
  data: outageSchema,
  sayOver: ({ data: { service } }) => `${service.title || 'A required service'} can be reached again`,
  say({ data: { service, sip, states, others, heard } }) {
    const seen = states.map(({ endpoint, state, reason }) => `${endpoint} ${state} (${reason})`);
    const life = heard ? '' : ' Nothing else at this address answers either: the line may be down.';
    return {
      title: `${service.title || 'A required service'} cannot be reached`,
      seen: `The profile requires it, but none of its endpoints answers: ${listWithOthers(seen, others, 'endpoint')}.${life}${
        sip ? ' A SIP server has to answer OPTIONS.' : ''
      }`,
      matters: sip
        ? 'Calls or phones that depend on it do not work, or will soon stop working.'
        : 'Anyone who depends on this service cannot use it: an outage.',
      remedy:
        'Check that the phone system and the line are up, that the router forwards its ports to the right inside address, and that no access list blocks us.',
      programs: service.programs,
      references: sip ? ['RFC 3261 §11'] : [],
    };
  },
  doubt: doubtSchema,
  sayDoubt: ({ data }) => ({
    what: `Whether ${data.service.title || 'a required service'} works`,
    why: `${sayEndpoints(data)}: open, but no SIP answer came.`,
  }),
});

/** Every endpoint was looked at in every way, none failed on our side, and none is the service. */
function isOut(facts: Facts, service: ProfileService): boolean {
  const { endpoints } = service;
  const seen = observationsOf(facts, service);
  const looked = new Set(seen.map(({ endpoint }) => endpoint));
  return (
    endpoints.length > 0 &&
    endpoints.every((endpoint) => looked.has(endpoint) && !facts.untrusted.includes(endpoint)) &&
    seen.every(({ state, evidence }) => state !== 'error' && evidence.portTaken !== true) &&
    answering(facts, service).length === 0
  );
}

function observationsOf({ survey }: Facts, { endpoints }: ProfileService): Seen[] {
  return survey.observations.filter(({ endpoint }) => endpoints.includes(endpoint));
}

function answering({ open }: Facts, service: ProfileService) {
  return open.filter((opening) => service.endpoints.includes(opening.endpoint) && !OTHERS.includes(opening.nature));
}

function findOutage(facts: Facts, service: ProfileService): Found<z.infer<typeof outageSchema>> {
  const seen = observationsOf(facts, service);
  return {
    severity: 'high',
    effect: 'violation',
    endpoint: service.endpoints[0] ?? null,
    observations: [...service.endpoints],
    data: {
      service: keepService(service),
      sip: service.kind === 'sip',
      states: seen.slice(0, LISTED).map(({ endpoint, state, reason }) => ({ endpoint, state, reason })),
      others: Math.max(0, seen.length - LISTED),
      heard: facts.heard,
    },
  };
}

/** A handshake on a SIP port shows that the forward is there, not that the service works. */
function doubtSip(facts: Facts, service: ProfileService): Doubt<z.infer<typeof doubtSchema>>[] {
  const open = answering(facts, service);
  if (service.kind !== 'sip' || open.length === 0 || open.some(({ nature }) => nature === 'sip')) return [];
  const endpoints = open.map(({ endpoint }) => endpoint);
  return [
    {
      endpoint: endpoints[0] ?? null,
      data: { ...keepEndpoints(facts, endpoints), service: keepService(service) },
      blocking: true,
    },
  ];
}
