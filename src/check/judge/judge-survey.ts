import { createHash } from 'node:crypto';
import type { Waiver } from '../../model/change.js';
import type { AcceptedSilence } from '../../model/client.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import type { Finding } from '../../model/finding.js';
import { accessOf, indexServices, type Profile, type ProfileService } from '../../model/profile.js';
import { REPORT_SCHEMA, type ReportData, type Survey } from '../../model/report.js';
import { SEVERITIES, type Severity } from '../../model/severity.js';
import { VERSION } from '../../version.js';
import { deriveFacts, type Facts } from '../rules/facts.js';
import { RULES, RULESET } from '../rules/registry.js';
import type { Rule } from '../rules/rule.js';
import { cutText } from '../../words/sentence.js';
import { acceptFindings } from './accept-findings.js';
import { applyRules, decideVerdict } from './engine.js';

/** What a report is made with, the same for all targets of a run. */
export interface ReportOptions {
  readonly profile: Profile;
  /** From {@link digestProfile}. */
  readonly profileDigest: string;
  readonly authorization: string | null;
  /** Violations of this severity or worse make the verdict "violation". */
  readonly failOn: Severity;
  /** What someone accepted at this client; nothing by default. */
  readonly waivers?: readonly Waiver[];
  /** Who vouches for it if nothing answers; no one by default. */
  readonly silence?: AcceptedSilence | undefined;
  /** The day (`YYYY-MM-DD`, UTC) on which what was accepted has to be valid; that of the check by default. */
  readonly today?: string | undefined;
  /** The rules to judge by; all of them by default. */
  readonly rules?: readonly Rule<Facts>[];
}

/**
 * Judges what was seen of a target by a profile: an old survey can be judged again by another one. Pure, and never
 * throws: a rule that does becomes an error and forbids "compliant". Where nothing can be judged from where we look, the
 * verdict is inconclusive whatever was seen.
 */
export function judgeSurvey(survey: Survey, options: ReportOptions): ReportData {
  const { profile, profileDigest, authorization, failOn, waivers = [], silence, rules = RULES } = options;
  const facts = deriveFacts(survey, profile);
  const found = applyRules(rules, facts);
  // Where a service is named that always answers, silence is not what the site is known for.
  const mayBeSilent = facts.missingSign === null;
  const { today = dayOf(survey) } = options;
  const accepted = acceptFindings(found.findings, survey, { waivers, silence, today, mayBeSilent });
  const outcome = {
    findings: accepted.sort(compareFindings),
    undetermined: found.undetermined,
    errors: [...survey.errors, ...found.errors],
  };
  const services = indexServices(profile);
  const nameOf = (endpoint: EndpointId) => services.get(endpoint)?.id;
  const { interrupted } = survey;
  return {
    schema: REPORT_SCHEMA,
    tool: { name: 'sallyport', version: VERSION, ruleset: RULESET },
    target: survey.target,
    vantage: survey.vantage,
    profile: { name: profile.name, digest: profileDigest, requires: requires(profile, facts.source) },
    authorization,
    startedAt: survey.startedAt,
    durationMs: survey.durationMs,
    interrupted,
    failOn,
    verdict: facts.vantage === 'fit' ? decideVerdict(outcome, { interrupted, failOn }) : 'inconclusive',
    findings: outcome.findings,
    observations: survey.observations
      .map((seen) => ({ ...seen, service: cutText(nameOf(seen.endpoint) ?? '', 64) || null }))
      .sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint)),
    unlisted: survey.unlisted,
    undetermined: outcome.undetermined,
    liveness: survey.liveness,
    errors: outcome.errors,
  };
}

function requires({ services, unlisted }: Profile, source: string): boolean {
  const isRequired = (service: ProfileService) => accessOf(service, source, unlisted) === 'must';
  return services.some(isRequired);
}

/** Worst first, then by endpoint; what concerns the whole address comes before single endpoints. */
export function compareFindings(a: Finding, b: Finding): number {
  const bySeverity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (bySeverity !== 0) return bySeverity;
  if (a.endpoint === null || b.endpoint === null) return Number(a.endpoint !== null) - Number(b.endpoint !== null);
  return compareEndpointIds(a.endpoint, b.endpoint);
}

/** The day of a check, UTC. */
export function dayOf({ startedAt }: Pick<Survey, 'startedAt'>): string {
  return startedAt.slice(0, 'YYYY-MM-DD'.length);
}

/** The survey that a report was made from, to be judged again: a report holds all that was seen. */
export function surveyOf(report: ReportData): Survey {
  const { target, vantage, startedAt, durationMs, interrupted, liveness, observations, unlisted, errors } = report;
  return {
    target,
    vantage,
    startedAt,
    durationMs,
    interrupted,
    liveness,
    observations: observations.map(({ service: _service, ...seen }) => seen),
    unlisted,
    // A crashed rule is not part of what was seen.
    errors: errors.filter(({ unit }) => !unit.startsWith('rule/')),
  };
}

/** SHA-256 of a resolved profile, so that a report tells which one it was judged by. */
export function digestProfile(profile: Profile): string {
  const { file: _file, ...content } = profile;
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
