import * as z from 'zod';
import { answerSchema, keepAnswer, sayAnswer } from '../../check/rules/opening.js';
import type { Found } from '../../check/rules/rule.js';
import { endpointSchema } from '../../model/endpoint.js';
import type { ReportedObservation } from '../../model/report.js';
import { text } from '../../model/text.js';
import { cutText, listNames } from '../../words/sentence.js';
import type { SiteFacts } from '../evidence/facts.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const data = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('offer'),
    address: text(64),
    endpoints: someOf(endpointSchema),
    known: someOf(z.object({ endpoint: endpointSchema, label: text(80) })),
  }),
  z.object({
    kind: z.literal('not-moved'),
    service: text(80),
    answer: answerSchema,
    agreed: someOf(endpointSchema).describe('where the profile has the service'),
    programs: z.array(text(32)).max(32),
  }),
]);
type Data = z.infer<typeof data>;
const doubt = z.object({ address: text(64) });

/** What the phone system offers on the LAN. Not judged, but for what the profile says was moved. */
export const pbxOffers: SiteRule<Data, z.infer<typeof doubt>> = {
  id: 'pbx-offers',
  title: 'What the phone system offers on the LAN',
  explain: `Notes: what answers at \`--pbx\`, and services that still answer on the default port although the profile has them elsewhere.`,
  about: 'note',
  fixedBy: ['phone-system'],
  severity: 'low',
  data,
  doubt,
  find(facts) {
    const { pbx } = facts.evidence.lan;
    if (!pbx) return {};
    const open = pbx.observations.filter(({ state }) => state === 'open');
    if (open.length === 0)
      return { undetermined: [{ endpoint: null, blocking: false, data: { address: pbx.address } }] };
    return { findings: [...open.flatMap((seen) => noteUnmoved(facts, seen)), findOffer(pbx.address, open)] };
  },
  say({ endpoint, data }) {
    if (data.kind === 'offer')
      return {
        title: `${data.address || 'The phone system'} offers ${listSome(data.endpoints, undefined, 8)}`,
        seen:
          data.known.count > 0
            ? `${listSome(data.known, (one) => `${one.endpoint}: ${one.label}`, 8)}.`
            : 'Nothing that answered shows what it is.',
        matters: 'From inside this is as it should be. It is what the internet would find behind a forward or a DMZ.',
        remedy: 'Nothing, as long as the router lets in only what the profile names.',
        programs: [],
        references: [],
      };
    const { service, answer, agreed, programs } = data;
    return {
      title: `${service} is still on the default port${endpoint ? `, ${endpoint}` : ''}`,
      seen: `${endpoint ?? 'It'} answers on the LAN. ${sayAnswer(answer)} The profile has the service on ${listSome(agreed, undefined, 4)}.`,
      matters: 'A forward of the agreed port would lead nowhere, or to the default port by translation.',
      remedy:
        programs.length > 0
          ? `Move it with program ${listNames(programs)}, or correct the profile.`
          : 'Move it, or correct the profile.',
      programs,
      references: [],
    };
  },
  sayDoubt: ({ data: { address } }) => ({
    what: 'What the phone system offers on the LAN',
    why: `Nothing answered at ${address || 'its address'}. Check that it is on and has that address.`,
  }),
};

function findOffer(address: string, open: readonly ReportedObservation[]): Found<Data> {
  const endpoints = [...new Set(open.map(({ endpoint }) => endpoint))];
  return {
    severity: 'info',
    effect: 'note',
    endpoint: null,
    observations: endpoints,
    data: {
      kind: 'offer',
      address,
      endpoints: takeSome(endpoints),
      known: takeSome(
        open.flatMap(({ endpoint, identity }) => (identity ? [{ endpoint, label: cutText(identity.label, 80) }] : [])),
      ),
    },
  };
}

/** A service that the profile has elsewhere still answers where the maker put it. */
function noteUnmoved({ profile }: SiteFacts, seen: ReportedObservation): Found<Data>[] {
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
      observations: [endpoint],
      data: {
        kind: 'not-moved',
        service: cutText(service.title, 80),
        answer: keepAnswer(seen),
        agreed: takeSome(service.endpoints),
        programs: service.programs.slice(0, 32),
      },
    },
  ];
}
