import * as z from 'zod';
import type { Finding, FindingWords, Undetermined, UndeterminedWords } from '../../model/finding.js';
import type { Severity } from '../../model/severity.js';
import type { Facts } from './facts.js';
import type { Rule as NewRule } from './rule.js';

/** A finding as a rule of the old form writes it, in words. */
export type RuleFinding = Omit<Finding, 'rule' | 'about' | 'data' | 'waiver'> & Omit<FindingWords, 'headline'>;

export interface RuleResult {
  readonly findings?: readonly RuleFinding[];
  readonly undetermined?: readonly (Omit<Undetermined, 'rule' | 'data'> & UndeterminedWords)[];
}

/** A rule of the old form. */
export interface Rule<F = Facts> {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  evaluate(facts: F): RuleResult;
}

/** Makes a rule of the new form from one of the old form: its data are its words. */
export function renew<F>(rule: Rule<F>): NewRule<F> {
  const { id, title, severity } = rule;
  const words = (data: object) => data as never;
  return {
    ...{ id, title, severity, explain: '', data: z.any(), doubt: z.any() },
    about:
      id === 'required-unreachable'
        ? 'outage'
        : /^vantage-(?:broken|inside)$/.test(id)
          ? 'vantage'
          : ('exposure' as const),
    find(facts) {
      const { findings = [], undetermined = [] } = rule.evaluate(facts);
      return {
        findings: findings.map(({ title, seen, matters, remedy, programs, references, ...finding }) => ({
          ...finding,
          data: { title, seen, matters, remedy, programs, references },
        })),
        undetermined: undetermined.map(({ what, why, ...doubt }) => ({ ...doubt, data: { what, why } })),
      };
    },
    say: ({ data }) => words(data),
    sayDoubt: ({ data }) => words(data),
  };
}
