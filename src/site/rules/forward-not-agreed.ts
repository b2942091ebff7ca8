import type { EndpointId } from '../../model/endpoint.js';
import type { Cause, Explanation } from '../../model/site.js';
import type { Severity } from '../../model/severity.js';
import { describeAnswer, listNames, nameService } from '../../check/rules/wording.js';
import type { SiteFacts } from '../evidence/facts.js';
import { nameRouters } from '../evidence/gateways.js';
import type { SiteFinding, SiteRule } from './old-site-rule.js';
import { weighStakes } from '../evidence/stakes.js';

/** Something is let in that the profile forbids, by no mapping of the phone system's and by no DMZ. */
export const forwardNotAgreed: SiteRule = {
  id: 'forward-not-agreed',
  title: 'Something is let in that nobody agreed to',
  severity: 'critical',
  evaluate(facts) {
    const groups = new Map<string, Explanation[]>();
    for (const explanation of facts.reachable) {
      const { endpoint, cause } = explanation;
      if (facts.tellers.get(endpoint) !== 'forward-not-agreed') continue;
      const key = `${facts.serviceOf(endpoint)?.id ?? endpoint} ${cause}`;
      groups.set(key, [...(groups.get(key) ?? []), explanation]);
    }
    return { findings: [...groups.values()].flatMap((group) => describeGroup(facts, group)) };
  },
};

const HOW: Readonly<Record<Cause, string>> = {
  'static-forward': 'is forwarded',
  'nat-pmp': 'is forwarded',
  'upnp-mapping': 'is mapped',
  dmz: 'is let in',
  router: 'is open: the router itself answers',
  unexplained: 'is open, and nothing on this side explains it',
};

const PROVED: Partial<Record<Cause, string>> = { unexplained: 'is let in, by what is not known' };

function describeGroup(facts: SiteFacts, group: readonly Explanation[]): SiteFinding[] {
  const [first] = group;
  if (!first) return [];
  const { endpoint, basis, cause, sentence } = first;
  const endpoints = group.map((explanation) => explanation.endpoint);
  const service = facts.serviceOf(endpoint);
  const { severity, matters, programs, references } = weighStakes(facts, endpoint);
  const what = `${listNames(endpoints, 4)}${service ? ` (${nameService(service)})` : ''}`;
  return [
    {
      severity: cause === 'router' ? weighRouter(severity) : severity,
      effect: 'violation',
      endpoint,
      title: `${what} ${basis === 'proved' ? `${PROVED[cause] ?? 'is forwarded'}: proved` : HOW[cause]}`,
      seen: [...describeBasis(facts, first), sentence].join(' '),
      matters: cause === 'router' ? MATTERS_OF_ROUTER : matters,
      remedy: describeRemedy(facts, cause),
      programs: cause === 'router' ? [] : programs,
      references: cause === 'router' ? [] : references,
      observations: endpoints,
    },
  ];
}

const MATTERS_OF_ROUTER =
  'Whoever gets into the router rules all that is behind it, the phone system too. Its own pages and services belong on the LAN alone.';

/** It is not the phone system that is open. */
function weighRouter(severity: Severity): Severity {
  return severity === 'critical' ? 'high' : severity;
}

function describeBasis(facts: SiteFacts, { endpoint, basis }: Explanation): string[] {
  if (basis === 'proved') {
    const at = facts.ledger.arrived.get(endpoint)?.arrivedAt;
    const moved = at && at !== endpoint ? `, at ${at}` : '';
    return [`A signed message from outside arrived at ${facts.evidence.standIn?.address ?? 'the stand-in'}${moved}.`];
  }
  return [`${endpoint} answers from outside.`, ...describeOpen(facts, endpoint)];
}

function describeOpen({ check }: SiteFacts, endpoint: EndpointId): string[] {
  const opening = check?.open.find((one) => one.endpoint === endpoint);
  return opening ? [describeAnswer(opening.seen)] : [];
}

function describeRemedy({ routers }: SiteFacts, cause: Cause): string {
  const name = nameRouters(routers);
  switch (cause) {
    case 'router':
      return `In ${name}, switch off management from the internet (also called remote administration or WAN access), and update its firmware.`;
    case 'upnp-mapping':
      return `Switch UPnP off in ${name}, delete the mapping or restart the router.`;
    case 'unexplained':
      return `Look through the forwards of ${name}, its DMZ and its management from the internet; remove what lets this in. Then run this again.`;
    case 'static-forward':
    case 'nat-pmp':
    case 'dmz':
      return `Remove the forward in ${name}. Where it is wanted, restrict it to the addresses that need it and write it into the profile.`;
  }
}
