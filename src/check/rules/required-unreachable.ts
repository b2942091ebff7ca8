import type { ProfileService } from '../../model/profile.js';
import type { RuleResult } from './old-rule.js';
type Undetermined = NonNullable<RuleResult['undetermined']>[number];
import type { Facts, Seen } from './facts.js';
import type { Nature } from './nature.js';
import type { Rule, RuleFinding } from './old-rule.js';
import { listNames, listStates, nameService } from './wording.js';

/** Natures of an open endpoint that are not the service that belongs there. */
const OTHERS: readonly Nature[] = ['foreign', 'moved-admin', 'sip-helper'];

/** A service that the profile requires from our source can not be reached: an outage. */
export const requiredUnreachable: Rule = {
  id: 'required-unreachable',
  title: 'A required service can not be reached',
  severity: 'high',
  evaluate(facts) {
    const { survey, profile, vantage, blacklisted } = facts;
    if (survey.interrupted || blacklisted || vantage !== 'fit') return {};
    const required = profile.services.filter((service) => facts.serviceAccess(service) === 'must');
    return {
      findings: required.filter((service) => isOut(facts, service)).map((service) => describeOutage(facts, service)),
      undetermined: required.flatMap((service) => doubtSip(facts, service)),
    };
  },
};

/** Every endpoint was looked at, none failed on our side, and none is the service. */
function isOut(facts: Facts, service: ProfileService): boolean {
  const { endpoints } = service;
  const seen = observationsOf(facts, service);
  const looked = new Set(seen.map(({ endpoint }) => endpoint));
  return (
    endpoints.length > 0 &&
    endpoints.every((endpoint) => looked.has(endpoint) && !facts.untrusted.includes(endpoint)) &&
    seen.every(({ state }) => state !== 'error') &&
    answering(facts, service).length === 0
  );
}

function observationsOf({ survey }: Facts, { endpoints }: ProfileService): Seen[] {
  return survey.observations.filter(({ endpoint }) => endpoints.includes(endpoint));
}

function answering({ open }: Facts, service: ProfileService) {
  return open.filter((opening) => service.endpoints.includes(opening.endpoint) && !OTHERS.includes(opening.nature));
}

function describeOutage(facts: Facts, service: ProfileService): RuleFinding {
  const seen = observationsOf(facts, service);
  const endpoints = [...service.endpoints];
  const sip = service.kind === 'sip';
  const life = facts.signOfLife ? '' : ' Nothing else at this address answers either: the line may be down.';
  return {
    severity: 'high',
    effect: 'violation',
    endpoint: endpoints[0] ?? null,
    title: `${nameService(service)} can not be reached`,
    seen: `The profile requires it, but no endpoint of it answers: ${listStates(seen)}.${life}${
      sip ? ' A SIP server has to answer OPTIONS.' : ''
    }`,
    matters: sip
      ? 'Calls or phones that depend on it do not work, or will not for long.'
      : 'Whoever depends on this service can not use it: an outage.',
    remedy: `See whether the phone system and the line are up, whether the router forwards ${listNames(endpoints)} to the right inside address, and whether an access list shuts us out.`,
    programs: [...service.programs],
    references: sip ? ['RFC 3261 §11'] : [],
    observations: endpoints,
  };
}

/** A handshake on a SIP port shows that the forward is there, not that the service works. */
function doubtSip(facts: Facts, service: ProfileService): Undetermined[] {
  const open = answering(facts, service);
  if (service.kind !== 'sip' || open.length === 0 || open.some(({ nature }) => nature === 'sip')) return [];
  return [
    {
      endpoint: open[0]?.endpoint ?? null,
      what: `Whether ${nameService(service)} works`,
      why: `${listNames(open.map(({ endpoint }) => endpoint))}: open, but no SIP answer came.`,
      blocking: true,
    },
  ];
}
