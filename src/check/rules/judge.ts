import { boundFinding, boundUndetermined } from './bounds.js';
import { deriveFacts, type Facts } from './facts.js';
import { RULES } from './registry.js';
import type { Rule, RuleResult } from './rule.js';
import { decideVerdict, summarise } from './verdict.js';
import { applyWaivers } from './waivers.js';
import { cutText } from './wording.js';
import type { Waiver } from '../../model/change.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import { indexServices, type Profile } from '../../model/profile.js';
import type { Finding, ReportedObservation, Survey, Undetermined, UnitError, Verdict } from '../../model/report.js';
import { SEVERITIES, type Severity } from '../../model/severity.js';

/** What a survey amounts to under a profile. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The verdict in one sentence. */
  readonly summary: string;
  /** By endpoint, with the profile's service for each. */
  readonly observations: ReportedObservation[];
  /** Worst first, then by endpoint; what concerns the whole site comes before single endpoints. */
  readonly findings: Finding[];
  readonly undetermined: Undetermined[];
  /** The survey's errors and the rules that crashed. */
  readonly errors: UnitError[];
}

export interface JudgeOptions {
  /** Violations of this severity or worse make the verdict "violation". */
  readonly failOn: Severity;
  /** Violations that somebody accepted; none by default. */
  readonly waivers?: readonly Waiver[];
  /** The rules to judge by; all of them by default. */
  readonly rules?: readonly Rule[];
}

/**
 * Judges what was seen of a target by a profile. Pure: an old survey can be judged again by another profile. Never
 * throws: a rule that does becomes an error and forbids "compliant".
 */
export function judge(
  survey: Survey,
  profile: Profile,
  { failOn, waivers = [], rules = RULES }: JudgeOptions,
): Judgement {
  const facts = deriveFacts(survey, profile);
  const results = rules.map((rule) => applyRule(rule, facts));
  const outcome = {
    findings: applyWaivers(
      results.flatMap(({ findings }) => findings),
      waivers,
      survey,
    ).sort(compareFindings),
    undetermined: results.flatMap(({ undetermined }) => undetermined),
    errors: [...survey.errors, ...results.flatMap(({ errors }) => errors)],
  };
  const verdict = decideVerdict(facts, outcome, failOn);
  const services = indexServices(profile);
  const nameOf = (endpoint: EndpointId) => services.get(endpoint)?.id;
  return {
    verdict,
    summary: summarise(facts, outcome, verdict, failOn),
    observations: survey.observations
      .map((seen) => ({ ...seen, service: cutText(nameOf(seen.endpoint) ?? '', 64) || null }))
      .sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint)),
    ...outcome,
  };
}

function applyRule(
  rule: Rule,
  facts: Facts,
): { findings: Finding[]; undetermined: Undetermined[]; errors: UnitError[] } {
  try {
    const { findings = [], undetermined = [] }: RuleResult = rule.evaluate(facts);
    return {
      findings: findings.map((finding) => boundFinding({ rule: rule.id, ...finding })),
      undetermined: undetermined.map(boundUndetermined),
      errors: [],
    };
  } catch (error) {
    const message = cutText(error instanceof Error ? error.message : 'threw something that is no error', 512);
    return { findings: [], undetermined: [], errors: [{ unit: cutText(`rule/${rule.id}`, 128), message }] };
  }
}

function compareFindings(a: Finding, b: Finding): number {
  const bySeverity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (bySeverity !== 0) return bySeverity;
  if (a.endpoint === null || b.endpoint === null) return Number(a.endpoint !== null) - Number(b.endpoint !== null);
  return compareEndpointIds(a.endpoint, b.endpoint);
}
