import type { Profile } from '../../model/profile.js';
import type { Finding, Undetermined, UnitError, Verdict } from '../../model/report.js';
import type { Explanation, SiteEvidence, SiteReport } from '../../model/site.js';
import { boundFinding, boundUndetermined } from '../../check/rules/bounds.js';
import { cutText } from '../../check/rules/wording.js';
import { deriveSiteFacts, type SiteFacts } from '../evidence/facts.js';
import { SITE_RULES } from './registry.js';
import type { SiteRule } from './site-rule.js';
import { decideSiteVerdict, summariseSite } from './site-verdict.js';

/** What was seen of a site amounts to under a profile. */
export interface SiteJudgement {
  readonly verdict: Verdict;
  readonly summary: string;
  readonly reachable: readonly Explanation[];
  /** What has to be changed, what stands in the way of a verdict, notes; each in the order in which it is best mended. */
  readonly findings: readonly Finding[];
  readonly undetermined: readonly Undetermined[];
  readonly errors: readonly UnitError[];
}

export interface JudgeSiteOptions {
  readonly kind: SiteFacts['kind'];
  readonly profile: Profile;
  /** The run was cut off. */
  readonly interrupted: boolean;
  /** Reports of the same site, oldest first. */
  readonly earlier: readonly SiteReport[];
  /** The rules to judge by; all of them by default. */
  readonly rules?: readonly SiteRule[];
}

const EFFECTS: readonly Finding['effect'][] = ['violation', 'inconclusive', 'note'];

/** Judges a site. Pure, and never throws on evidence that fits the model: a rule that does becomes an error. */
export function judgeSite(evidence: SiteEvidence, options: JudgeSiteOptions): SiteJudgement {
  const { kind, profile, interrupted, earlier, rules = SITE_RULES } = options;
  const facts = deriveSiteFacts(evidence, profile, kind, earlier);
  const results = rules.map((rule) => applyRule(rule, facts));
  const outcome = {
    findings: results
      .flatMap(({ findings }) => findings)
      .sort((a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect)),
    undetermined: results.flatMap(({ undetermined }) => undetermined),
    errors: [...listErrors(evidence), ...results.flatMap(({ errors }) => errors)],
    interrupted: interrupted || evidence.lan.interrupted,
  };
  const verdict = decideSiteVerdict(outcome);
  const summary = summariseSite(facts, outcome, verdict);
  const { findings, undetermined, errors } = outcome;
  return { verdict, summary, reachable: facts.reachable, findings, undetermined, errors };
}

/** Errors of what looked; a rule of the vantage that crashed is judged again here. */
function listErrors({ lan, outside }: SiteEvidence): UnitError[] {
  const check = (outside?.check?.errors ?? []).filter(({ unit }) => !unit.startsWith('rule/'));
  return [...lan.errors, ...check];
}

function applyRule(rule: SiteRule, facts: SiteFacts) {
  try {
    const { findings = [], undetermined = [] } = rule.evaluate(facts);
    return {
      findings: findings.map((finding) => boundFinding({ ...finding, rule: finding.rule ?? rule.id })),
      undetermined: undetermined.map(boundUndetermined),
      errors: [],
    };
  } catch (error) {
    const message = cutText(error instanceof Error ? error.message : 'threw something that is no error', 512);
    return { findings: [], undetermined: [], errors: [{ unit: `site-rule/${rule.id}`, message }] };
  }
}
