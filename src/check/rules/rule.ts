import * as z from 'zod';
import type {
  Finding,
  FindingData,
  FindingWords,
  FixedBy,
  Undetermined,
  UndeterminedWords,
} from '../../model/finding.js';
import type { Severity } from '../../model/severity.js';
import type { Facts as CheckFacts } from './facts.js';

/** A finding as a rule makes it; the engine adds the rule's id and what it is about. */
export interface Found<Data extends FindingData = FindingData> extends Omit<Finding, 'rule' | 'about' | 'waiver'> {
  readonly data: Data;
}

/** Something undetermined, as a rule makes it. */
export interface Doubt<Data extends FindingData = FindingData> extends Omit<Undetermined, 'rule'> {
  readonly data: Data;
}

/** What a rule found; both lists may be missing. */
export interface RuleResult<Data extends FindingData, DoubtData extends FindingData> {
  readonly findings?: readonly Found<Data>[];
  readonly undetermined?: readonly Doubt<DoubtData>[];
}

/** Words for a finding; what is the same for all its findings is the rule's own. */
export type RuleWords = Omit<FindingWords, 'headline' | 'fixedBy'>;

/**
 * One judgement, in a file of its own that is named after the failing state.
 *
 * `find` is pure: it looks at facts, opens no socket, keeps no state and reads no clock. What it finds is data: ids,
 * endpoints, addresses, counts and names, each bounded by its schema. No sentence; and no time, no round trip and no
 * random port of a canary, for two looks that saw the same must find the same.
 *
 * `say` puts that into words for a dealer, from the finding only: what was seen, as surely as the evidence and no more,
 * why it matters and what to do. Texts from the target pass `quote`, so that a long one cannot push the rest out of its
 * field. Nothing ever reads the words back.
 *
 * `effect` of a finding says what it does to the verdict: a `violation` of the profile counts from the `failOn`
 * severity on, `inconclusive` forbids "compliant", a `note` does nothing. An undetermined entry that is `blocking`
 * forbids "compliant" too.
 *
 * A rule that throws becomes an error of the report and makes it inconclusive; the other rules still speak.
 */
export interface Rule<Facts, Data extends FindingData = FindingData, DoubtData extends FindingData = FindingData> {
  /** File name, registry key and value of `finding.rule`. */
  readonly id: string;
  /** The failing state in a few words, the same for all findings: a headline before a list of endpoints. */
  readonly title: string;
  /** What the rule is about, in Markdown, for `sallyport explain` and the documentation. */
  readonly explain: string;
  readonly about: Finding['about'];
  /** Who does what its remedies say, the likeliest first; nobody where it only tells what could not be determined. */
  readonly fixedBy: readonly FixedBy[];
  /** The worst severity that it gives; `info` where it only tells what could not be determined. */
  readonly severity: Severity;
  find(facts: Facts): RuleResult<NoInfer<Data>, NoInfer<DoubtData>>;
  /** The form of its findings' data, and their words; missing if it only tells what could not be determined. */
  readonly data?: z.ZodType<Data>;
  say?(finding: Found<Data>): RuleWords;
  /** What is said once a finding is over, where its title with "Resolved" before it would not be plain. */
  sayOver?(finding: Found<Data>): string;
  /** The same for its undetermined entries. */
  readonly doubt?: z.ZodType<DoubtData>;
  sayDoubt?(doubt: Doubt<DoubtData>): UndeterminedWords;
}

/** The form of data that say nothing beyond the finding itself. */
export const NOTHING = z.object({}) as z.ZodType<FindingData>;

/** Words that have no programs and no references. */
export const PLAIN: Pick<RuleWords, 'programs' | 'references'> = { programs: [], references: [] };

/** Declares a rule of the check: the forms of its data give the types of what it finds and says. */
export function defineRule<
  Data extends FindingData = Record<never, never>,
  DoubtData extends FindingData = Record<never, never>,
>(rule: Rule<CheckFacts, Data, DoubtData>): Rule<CheckFacts> {
  return rule;
}
