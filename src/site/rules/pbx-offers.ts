import type { ReportedObservation } from '../../model/report.js';
import { cutText, describeAnswer, listNames, nameService } from '../../check/rules/wording.js';
import type { SiteFacts } from '../evidence/facts.js';
import type { SiteFinding, SiteRule } from './old-site-rule.js';

/** What the phone system offers on the LAN. Not judged, but for what the profile says was moved. */
export const pbxOffers: SiteRule = {
  id: 'pbx-offers',
  title: 'What the phone system offers on the LAN',
  severity: 'low',
  evaluate(facts) {
    const { pbx } = facts.evidence.lan;
    if (!pbx) return {};
    const open = pbx.observations.filter(({ state }) => state === 'open');
    if (open.length === 0) {
      const why = `Nothing answered at ${cutText(pbx.address, 64)}. See whether it is on, and has that address.`;
      return {
        undetermined: [{ endpoint: null, what: 'What the phone system offers on the LAN', why, blocking: false }],
      };
    }
    return { findings: [...open.flatMap((seen) => noteUnmoved(facts, seen)), describeOffer(pbx.address, open)] };
  },
};

function describeOffer(address: string, open: readonly ReportedObservation[]): SiteFinding {
  const known = open.flatMap(({ endpoint, identity }) =>
    identity ? [`${endpoint}: ${cutText(identity.label, 80)}`] : [],
  );
  const endpoints = [...new Set(open.map(({ endpoint }) => endpoint))];
  return {
    severity: 'info',
    effect: 'note',
    endpoint: null,
    title: `${cutText(address, 64)} offers ${listNames(endpoints, 8)}`,
    seen: known.length > 0 ? `${listNames(known, 8)}.` : 'Nothing that answered told what it is.',
    matters: 'From inside this is as it should be. It is what the internet would find behind a forward or a DMZ.',
    remedy: 'Nothing, as long as the router lets in only what the profile names.',
    programs: [],
    references: [],
    observations: endpoints,
  };
}

/** A service that the profile has elsewhere still answers where the maker put it. */
function noteUnmoved({ profile }: SiteFacts, seen: ReportedObservation): SiteFinding[] {
  const { endpoint } = seen;
  const service = profile.services.find(
    ({ defaultEndpoints, endpoints }) => defaultEndpoints.includes(endpoint) && !endpoints.includes(endpoint),
  );
  if (!service) return [];
  return [
    {
      severity: 'low',
      effect: 'note',
      endpoint,
      title: `${nameService(service)} is still on the maker’s port, ${endpoint}`,
      seen: `${endpoint} answers on the LAN. ${describeAnswer(seen)} The profile has the service on ${listNames(service.endpoints, 4)}.`,
      matters: 'A forward of the agreed port would lead to nothing, or to the maker’s port by translation.',
      remedy:
        service.programs.length > 0
          ? `Move it with program ${listNames(service.programs)}, or correct the profile.`
          : 'Move it, or correct the profile.',
      programs: [...service.programs],
      references: [],
      observations: [endpoint],
    },
  ];
}
