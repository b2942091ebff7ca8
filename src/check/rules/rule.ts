import type { Finding, Undetermined } from '../../model/report.js';
import type { Severity } from '../../model/severity.js';
import type { Facts } from './facts.js';

/** A finding as a rule writes it; the judge adds the rule's id and cuts texts to the report's limits. */
export type RuleFinding = Omit<Finding, 'rule'>;

/** What a rule has to say; both lists may be missing. */
export interface RuleResult {
  readonly findings?: readonly RuleFinding[];
  readonly undetermined?: readonly Undetermined[];
}

/**
 * One judgement, in a file of its own that is named after the failing state.
 *
 * A rule is pure: it looks at facts, opens no socket, keeps no state and reads no clock. It holds its own wording:
 * what was seen, why that matters and what to do. What it says of a target is as certain as the evidence, no more.
 * Texts from the target pass `quote` of wording.ts, so that a long one can not push the rest out of its field.
 *
 * `effect` of a finding says what it does to the verdict: a `violation` of the profile counts from the `failOn`
 * severity on, `inconclusive` forbids "compliant", a `note` does nothing. An undetermined entry that is `blocking`
 * forbids "compliant" too.
 *
 * A rule that throws becomes an error of the report and makes it inconclusive; the other rules still speak.
 */
export interface Rule {
  /** File name, registry key and value of `finding.rule`. */
  readonly id: string;
  /** The failing state in a few words; docs/findings.md repeats it. */
  readonly title: string;
  /** The worst severity that it gives; `info` where it only tells what could not be determined. */
  readonly severity: Severity;
  evaluate(facts: Facts): RuleResult;
}
