import type { FindingData } from '../../model/finding.js';
import type { Rule } from '../rules/rule.js';
import type { JoinFacts } from './facts.js';

/**
 * Declares a rule of the join: one judgement that rests on what several vantages saw of one target. Its contract is that
 * of every rule ({@link Rule}). It names vantages as data, and finds the same in whichever order they come.
 */
export function defineJoinRule<
  Data extends FindingData = Record<never, never>,
  DoubtData extends FindingData = Record<never, never>,
>(rule: Rule<JoinFacts, Data, DoubtData>): Rule<JoinFacts> {
  return rule;
}
