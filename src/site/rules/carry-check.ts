import { addressNotPublic } from '../../check/rules/address-not-public.js';
import { beyondOurView } from '../../check/rules/beyond-our-view.js';
import { dmzSuspected } from '../../check/rules/dmz-suspected.js';
import { deriveFacts, type Facts } from '../../check/rules/facts.js';
import { noSignOfLife } from '../../check/rules/no-sign-of-life.js';
import { RULES } from '../../check/rules/registry.js';
import { signOfLifeMissing } from '../../check/rules/sign-of-life-missing.js';
import type { Rule } from '../../check/rules/rule.js';
import { HELPER_CANARY, isCanary } from '../../model/canary.js';
import { isSettled, offersOnLan, type SiteFacts } from '../evidence/facts.js';
import type { SiteRule } from './site-rule.js';

/** Rules whose say is better told here: the line lives, for we came by it; and the inside was looked at. */
const REPLACED: readonly Rule<Facts>[] = [noSignOfLife, signOfLifeMissing, beyondOurView];

/**
 * The rules of the check from outside as rules of a site: they judge that check again, without what the site rules tell
 * and what the stand-in settled. A check whose own side could not see finds no violation.
 */
export const CARRIED_RULES: readonly SiteRule[] = RULES.filter((rule) => !REPLACED.includes(rule)).map(carryRule);

function carryRule(rule: Rule<Facts>): SiteRule {
  const narrow = rule === dmzSuspected ? keepUnexplained : leaveOut;
  return {
    ...rule,
    find(facts) {
      const { outside } = facts.evidence;
      if (!outside?.check || (rule === addressNotPublic && outside.scope === 'cgnat')) return {};
      const { findings = [], undetermined } = rule.find(narrow(facts, deriveFacts(outside.check, facts.profile)));
      return {
        findings: findings.filter(({ effect }) => facts.check !== null || effect !== 'violation'),
        undetermined,
      };
    },
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
  const isHelperProved = check.open.every(
    ({ nature, endpoint }) => nature !== 'sip-helper' || endpoint === HELPER_CANARY || ledger.shut.has(endpoint),
  );
  return {
    ...check,
    open: check.open
      .filter(({ endpoint }) => !tellers.has(endpoint))
      // A firewall whose handshakes on SIP ports lead nowhere is the helper, on tcp/2000 too: that breaks no ban.
      .map((one) => (one.nature === 'sip-helper' && isHelperProved ? { ...one, access: 'may' } : one)),
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
