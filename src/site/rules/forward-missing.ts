import type { ProfileService } from '../../model/profile.js';
import { listNames, nameService } from '../../check/rules/wording.js';
import type { SiteFacts } from '../evidence/facts.js';
import { nameRouters } from '../evidence/gateways.js';
import { isInPlace, offersOnLan } from '../evidence/pbx.js';
import type { SiteRule, SiteRuleResult } from './old-site-rule.js';

/** A service that has to be reachable is proved not to be forwarded. */
export const forwardMissing: SiteRule = {
  id: 'forward-missing',
  title: 'A required forward is missing',
  severity: 'high',
  evaluate(facts) {
    if (facts.kind === 'lan') return {};
    const required = facts.profile.services.filter(
      (service) =>
        facts.serviceAccess(service) === 'must' &&
        service.endpoints.length > 0 &&
        !service.endpoints.some((endpoint) => facts.tellers.has(endpoint)),
    );
    const results = required.map((service) =>
      facts.evidence.standIn ? judgeByProof(facts, service) : doubtUnproved(facts, service),
    );
    return {
      findings: results.flatMap(({ findings = [] }) => findings),
      undetermined: results.flatMap(({ undetermined = [] }) => undetermined),
    };
  },
};

function judgeByProof(facts: SiteFacts, service: ProfileService): SiteRuleResult {
  if (!isInPlace(facts.evidence)) return {};
  const { arrived, shut } = facts.ledger;
  const { endpoints } = service;
  const missing = endpoints.filter((endpoint) => shut.has(endpoint));
  const came = endpoints.some((endpoint) => arrived.has(endpoint));
  const answers = endpoints.filter((endpoint) => facts.reachable.some((one) => one.endpoint === endpoint));
  if (came ? service.kind !== 'media' || missing.length === 0 : missing.length < endpoints.length) {
    if (came || answers.length === 0) return {};
    const what = `Whether ${nameService(service)} leads to the phone system`;
    const why = `${listNames(answers)} answers from outside, but the stand-in could not show where it leads.`;
    return { undetermined: [{ endpoint: answers[0] ?? null, what, why, blocking: true }] };
  }
  const elsewhere =
    answers.length > 0 && !came ? ` ${listNames(answers)} answers from outside, but from elsewhere.` : '';
  return {
    findings: [
      {
        severity: came ? 'medium' : 'high',
        effect: 'violation',
        endpoint: missing[0] ?? null,
        title: `${nameService(service)} is ${came ? 'only partly' : 'not'} forwarded, and has to be: proved`,
        seen: `Signed messages from outside to ${listNames(missing, 8)} did not arrive at ${facts.evidence.standIn?.address ?? 'the stand-in'}, which listened there.${elsewhere}`,
        matters: 'What depends on it will not work: calls or phones from outside do not get in.',
        remedy: `In ${nameRouters(facts.routers)}, forward ${listNames(endpoints, 8)} to the phone system’s address, for the addresses that need it. Where only certain addresses are admitted, the vantage server is not among them: then attest it instead.`,
        programs: [...service.programs],
        references: [],
        observations: [...missing],
      },
    ],
  };
}

/** Before the phone system is there nothing answers, forwarded or not. */
function doubtUnproved(facts: SiteFacts, service: ProfileService): SiteRuleResult {
  const answers = facts.reachable.some(({ endpoint }) => service.endpoints.includes(endpoint));
  if (!facts.check || answers || offersOnLan(facts.evidence, service)) return {};
  return {
    undetermined: [
      {
        endpoint: service.endpoints[0] ?? null,
        what: `Whether ${nameService(service)} is forwarded, as it has to be`,
        why: 'Nothing answers from outside, and nothing would before the phone system is there. Run preinstall with --stand-in.',
        blocking: true,
      },
    ],
  };
}
