import { addressNotPublic } from '../../check/rules/address-not-public.js';
import { beyondOurView } from '../../check/rules/beyond-our-view.js';
import { dmzSuspected } from '../../check/rules/dmz-suspected.js';
import { deriveFacts, type Facts } from '../../check/rules/facts.js';
import { noSignOfLife } from '../../check/rules/no-sign-of-life.js';
import { RULES } from '../../check/rules/registry.js';
import type { Rule } from '../../check/rules/rule.js';
import { isCanary } from '../../model/canary.js';
import { isSettled, type SiteFacts } from '../evidence/facts.js';
import { offersOnLan } from '../evidence/pbx.js';
import type { SiteFinding, SiteRuleResult } from './site-rule.js';

/** Rules whose say is better told here: the line lives, for we came by it; and the inside was looked at. */
const REPLACED: readonly Rule[] = [noSignOfLife, beyondOurView];

/**
 * Judges the check from outside again, without what the site rules tell and what the stand-in settled. A rule keeps
 * its own id in what it finds. A check whose own side could not see finds no violation.
 */
export function carryCheck(facts: SiteFacts): SiteRuleResult {
  const { outside } = facts.evidence;
  if (!outside?.check) return {};
  const check = deriveFacts(outside.check, facts.profile);
  const replaced = outside.scope === 'cgnat' ? [...REPLACED, addressNotPublic] : REPLACED;
  const results = RULES.filter((rule) => !replaced.includes(rule)).map((rule) => ({
    rule: rule.id,
    ...rule.evaluate(rule === dmzSuspected ? keepUnexplained(facts, check) : leaveOut(facts, check)),
  }));
  const findings = results.flatMap(({ rule, findings = [] }) =>
    findings.map((finding): SiteFinding => ({ rule, ...finding })),
  );
  return {
    findings: findings.filter(({ effect }) => facts.check !== null || effect !== 'violation'),
    undetermined: [
      ...results.flatMap(({ undetermined = [] }) => undetermined),
      {
        endpoint: null,
        what: 'What other addresses can reach',
        why: 'This was seen from one vantage. A forward for certain addresses only, say the SIP provider’s, looks closed from there.',
        blocking: false,
      },
    ],
  };
}

/** A DMZ is suspected only from what nothing on this side explains. */
function keepUnexplained({ reachable }: SiteFacts, check: Facts): Facts {
  const explained = new Set(reachable.filter(({ cause }) => cause !== 'unexplained').map(({ endpoint }) => endpoint));
  return { ...check, open: check.open.filter(({ endpoint }) => !explained.has(endpoint)) };
}

/** The facts of the check without what is told elsewhere: rules speak of what is open, silent or failed. */
function leaveOut(facts: SiteFacts, check: Facts): Facts {
  const { tellers, ledger, evidence, profile } = facts;
  const isProved = (endpoint: Facts['untrusted'][number]) => ledger.arrived.has(endpoint) || ledger.shut.has(endpoint);
  const dmzExcluded = ledger.canaries.some(({ endpoint }) => endpoint.startsWith('tcp/') && ledger.shut.has(endpoint));
  const random = new Set(check.survey.observations.filter(isCanary).map(({ endpoint }) => endpoint));
  const untrusted = check.untrusted.filter((endpoint) => !isProved(endpoint) && !(dmzExcluded && random.has(endpoint)));
  return {
    ...check,
    open: check.open.filter(({ endpoint }) => !tellers.has(endpoint)),
    untrusted,
    everyPortOpens: check.everyPortOpens && untrusted.length > 0,
    survey: {
      ...check.survey,
      observations: check.survey.observations.filter(
        ({ endpoint, state }) => !(isProved(endpoint) && (state === 'error' || state === 'open|filtered')),
      ),
    },
    profile: { ...profile, services: profile.services.filter((service) => !isSettled(facts, service)) },
    serviceAccess: (service) => {
      const access = check.serviceAccess(service);
      // Before the phone system is there nothing answers: forward-missing tells of that.
      return access === 'must' && !offersOnLan(evidence, service) ? 'may' : access;
    },
  };
}
