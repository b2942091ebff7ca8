import type { RuleFinding, RuleResult } from '../../check/rules/rule.js';
import type { Severity } from '../../model/severity.js';
import type { SiteFacts } from '../evidence/facts.js';

/** A finding as a site rule writes it; `rule` is set where it hands on what another rule found. */
export type SiteFinding = RuleFinding & { readonly rule?: string };

/** What findings of a rule have in common. */
export type FindingFrame = Omit<SiteFinding, 'severity' | 'title' | 'seen' | 'matters' | 'remedy' | 'rule'>;

/** What a site rule has to say; both lists may be missing. */
export interface SiteRuleResult extends RuleResult {
  readonly findings?: readonly SiteFinding[];
}

/**
 * One judgement of a site seen from inside and outside, in a file of its own that is named after the failing state.
 *
 * The contract is that of rules/rule.ts: pure, with wording of its own, as certain as the evidence and no more, one
 * finding for one cause. `proved` is said of what arrived at the stand-in, or did not although nothing of ours stood in
 * the way; all else is "consistent with".
 *
 * Every violation counts. A rule that throws becomes an error of the report and makes it inconclusive.
 */
export interface SiteRule {
  /** File name, registry key and value of `finding.rule`. */
  readonly id: string;
  /** The failing state in a few words; docs/site-findings.md repeats it. */
  readonly title: string;
  /** The worst severity that it gives; `info` where it only tells what could not be determined. */
  readonly severity: Severity;
  evaluate(facts: SiteFacts): SiteRuleResult;
}
