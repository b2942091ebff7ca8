import * as z from 'zod';
import type { Doubt, RuleResult } from '../../check/rules/rule.js';
import { cutText } from '../../words/sentence.js';
import { endpointSchema } from '../../model/endpoint.js';
import { gatewayNameSchema } from '../../model/lan.js';
import type { ProfileService } from '../../model/profile.js';
import { nullableText, text } from '../../model/text.js';
import { isForwardSettled } from '../evidence/again.js';
import { isInPlace, offersOnLan, type SiteFacts } from '../evidence/facts.js';
import { nameRouters } from '../evidence/gateways.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const some = someOf(endpointSchema);
const data = z.object({
  service: text(80),
  partly: z.boolean().describe('some of it arrived'),
  missing: some,
  endpoints: some.describe('all of the service'),
  elsewhere: some.describe('what answers from outside all the same'),
  standIn: nullableText(64),
  routers: z.array(gatewayNameSchema).max(16),
  programs: z.array(text(32)).max(32),
});
const doubt = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answers'), service: text(80), endpoints: some }),
  z.object({ kind: z.literal('nothing-answers'), service: text(80) }),
]);
type Data = z.infer<typeof data>;
type DoubtData = z.infer<typeof doubt>;

/** A service that has to be reachable is proved not to be forwarded. */
export const forwardMissing: SiteRule<Data, DoubtData> = {
  id: 'forward-missing',
  title: 'A required forward is missing',
  explain: `The profile says \`must\`, and it is proved that no endpoint of the service is forwarded to the stand-in. The severity is medium if a part of the voice media range is missing. Without a stand-in, before the phone system is installed, nothing would answer: then it is not known, which blocks the verdict.`,
  about: 'outage',
  fixedBy: ['router'],
  severity: 'high',
  data,
  doubt,
  find(facts) {
    if (facts.kind === 'lan') return {};
    const required = facts.profile.services.filter(
      (service) =>
        facts.serviceAccess(service) === 'must' &&
        service.endpoints.length > 0 &&
        !service.endpoints.some((endpoint) => facts.tellers.has(endpoint)),
    );
    const results = required.map((service) =>
      facts.evidence.standIn ? judgeByProof(facts, service) : { undetermined: doubtUnproved(facts, service) },
    );
    return {
      findings: results.flatMap(({ findings = [] }) => findings),
      undetermined: results.flatMap(({ undetermined = [] }) => undetermined),
    };
  },
  say: ({ data: { service, partly, missing, endpoints, elsewhere, standIn, routers, programs } }) => ({
    title: `${service} is ${partly ? 'only partly' : 'not'} forwarded, but is required: proved`,
    seen: `Signed messages from outside to ${listSome(missing, undefined, 8)} did not arrive at ${standIn ?? 'the stand-in'}, which listened there.${elsewhere.count > 0 ? ` Something else answers from outside: ${listSome(elsewhere)}.` : ''}`,
    matters: 'What depends on it will not work: calls or phones from outside do not get in.',
    remedy: `In ${nameRouters(routers)}, forward ${listSome(endpoints, undefined, 8)} to the phone system’s address, for the addresses that need it. If the router admits only certain addresses, the vantage server is not among them: then attest it instead.`,
    programs,
    references: [],
  }),
  sayDoubt: ({ data }) =>
    data.kind === 'answers'
      ? {
          what: `Whether ${data.service} leads to the phone system`,
          why: `Something answers from outside (${listSome(data.endpoints)}), but the stand-in could not show where it leads.`,
        }
      : {
          what: `Whether ${data.service} is forwarded, as it has to be`,
          why: 'Nothing answers from outside, and nothing would before the phone system is installed. Run preinstall with --stand-in.',
        },
  gone: isForwardSettled,
};

function judgeByProof(facts: SiteFacts, service: ProfileService): RuleResult<Data, DoubtData> {
  if (!isInPlace(facts.evidence)) return {};
  const { arrived, shut } = facts.ledger;
  const { endpoints } = service;
  const missing = endpoints.filter((endpoint) => shut.has(endpoint));
  const came = endpoints.some((endpoint) => arrived.has(endpoint));
  const answers = endpoints.filter((endpoint) => facts.reachable.some((one) => one.endpoint === endpoint));
  if (came ? service.kind !== 'media' || missing.length === 0 : missing.length < endpoints.length) {
    if (came || answers.length === 0) return {};
    const data = { kind: 'answers' as const, service: cutText(service.title, 80), endpoints: takeSome(answers) };
    return { undetermined: [{ endpoint: answers[0] ?? null, blocking: true, data }] };
  }
  return {
    findings: [
      {
        severity: came ? 'medium' : 'high',
        effect: 'violation',
        endpoint: missing[0] ?? null,
        observations: [...missing],
        data: {
          service: cutText(service.title, 80),
          partly: came,
          missing: takeSome(missing),
          endpoints: takeSome(endpoints),
          elsewhere: takeSome(came ? [] : answers),
          standIn: facts.evidence.standIn?.address ?? null,
          routers: [...facts.routerNames],
          programs: service.programs.slice(0, 32),
        },
      },
    ],
  };
}

/** Before the phone system is there nothing answers, forwarded or not. */
function doubtUnproved(facts: SiteFacts, service: ProfileService): Doubt<DoubtData>[] {
  const answers = facts.reachable.some(({ endpoint }) => service.endpoints.includes(endpoint));
  if (!facts.check || answers || offersOnLan(facts.evidence, service)) return [];
  const data = { kind: 'nothing-answers' as const, service: cutText(service.title, 80) };
  return [{ endpoint: service.endpoints[0] ?? null, blocking: true, data }];
}
