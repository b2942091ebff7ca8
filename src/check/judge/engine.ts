import type { Finding, FindingWords, Undetermined, UndeterminedWords } from '../../model/finding.js';
import type { UnitError, Verdict } from '../../model/report.js';
import { isAtLeast, type Severity } from '../../model/severity.js';
import type { Rule, RuleWords } from '../rules/rule.js';
import { cutText } from '../../words/sentence.js';

/*
 * The engine of all rules, those for an address and those for a site: it applies them, decides, and has them speak.
 */

/** What rules found, all told. */
export interface RuleResults {
  readonly findings: readonly Finding[];
  readonly undetermined: readonly Undetermined[];
  readonly errors: readonly UnitError[];
}

/** Applies rules one by one: one that throws becomes an error, and the others still find. Never throws. */
export function applyRules<Facts>(rules: readonly Rule<Facts>[], facts: Facts): RuleResults {
  const results = rules.map((rule) => applyRule(rule, facts));
  return {
    findings: results.flatMap(({ findings }) => findings),
    undetermined: results.flatMap(({ undetermined }) => undetermined),
    errors: results.flatMap(({ errors }) => errors),
  };
}

function applyRule<Facts>(rule: Rule<Facts>, facts: Facts): RuleResults {
  const { id, about } = rule;
  try {
    const { findings = [], undetermined = [] } = rule.find(facts);
    return {
      findings: findings.map((finding) => ({ rule: id, about, ...finding })),
      undetermined: undetermined.map((doubt) => ({ rule: id, ...doubt })),
      errors: [],
    };
  } catch (error) {
    const message = cutText(error instanceof Error ? error.message : 'threw something that is not an error', 512);
    return { findings: [], undetermined: [], errors: [{ unit: cutText(`rule/${id}`, 128), message }] };
  }
}

/**
 * The verdict. A violation at least as bad as `failOn` is one, however much is unknown besides; and what is unknown is
 * never compliant.
 */
export function decideVerdict(
  { findings, undetermined, errors }: RuleResults,
  { interrupted, failOn }: { readonly interrupted: boolean; readonly failOn: Severity },
): Verdict {
  if (findings.some((finding) => isViolation(finding, failOn))) return 'violation';
  const unknown =
    interrupted ||
    errors.length > 0 ||
    findings.some(({ effect }) => effect === 'inconclusive') ||
    undetermined.some(({ blocking }) => blocking);
  return unknown ? 'inconclusive' : 'compliant';
}

/** Whether a finding makes the verdict a violation. */
export function isViolation({ effect, severity }: Finding, failOn: Severity): boolean {
  return effect === 'violation' && isAtLeast(severity, failOn);
}

/** Rules by id, to say what they found. */
export type Speakers = ReadonlyMap<string, Rule<never>>;

/** Puts a finding into words, within the report's limits. Total: what no rule here can say is told by its id. */
export function sayFinding(speakers: Speakers, finding: Finding): FindingWords {
  const rule = speakers.get(finding.rule);
  const words = rule && attempt(() => rule.data?.safeParse(finding.data).success && rule.say?.(finding));
  const headline = cutText(rule?.title ?? finding.rule, 128);
  const { title, seen, matters, remedy, programs, references } = words || tellById(finding, headline);
  return {
    headline,
    title: cutText(title, 256),
    seen: cutText(seen, 2048),
    matters: cutText(matters, 2048),
    remedy: cutText(remedy, 2048),
    programs: programs.map((program) => cutText(program, 32)),
    references: references.map((reference) => cutText(reference, 256)),
    fixedBy: [...(rule?.fixedBy ?? [])],
  };
}

/** Puts the end of a finding into words. Total, as {@link sayFinding}. */
export function sayOver(speakers: Speakers, finding: Finding): string {
  const rule = speakers.get(finding.rule);
  const over = rule && attempt(() => rule.data?.safeParse(finding.data).success && rule.sayOver?.(finding));
  return cutText(over || `Resolved: ${sayFinding(speakers, finding).title}`, 256);
}

/** Puts an undetermined entry into words, within the report's limits. Total, as {@link sayFinding}. */
export function sayUndetermined(speakers: Speakers, doubt: Undetermined): UndeterminedWords {
  const rule = speakers.get(doubt.rule);
  const words = rule && attempt(() => rule.doubt?.safeParse(doubt.data).success && rule.sayDoubt?.(doubt));
  const { what, why } = words || {
    what: `What “${rule?.title ?? doubt.rule}” is about${doubt.endpoint === null ? '' : ` (${doubt.endpoint})`}`,
    why: 'This version cannot explain what was stored.',
  };
  return { what: cutText(what, 512), why: cutText(why, 1024) };
}

function tellById({ rule, endpoint }: Finding, headline: string): RuleWords {
  return {
    title: endpoint === null ? headline : `${headline}: ${endpoint}`,
    seen: 'This version cannot explain what was stored for this finding.',
    matters: `Read about the rule: sallyport explain ${rule}.`,
    remedy: 'Check again: a new report explains it in full.',
    programs: [],
    references: [],
  };
}

function attempt<T>(say: () => T): T | null {
  try {
    return say();
  } catch {
    return null;
  }
}
