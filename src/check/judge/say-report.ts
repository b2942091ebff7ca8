import { bareFinding, bareUndetermined, type Finding, type FindingWords } from '../../model/finding.js';
import type { Report, ReportData, Survey } from '../../model/report.js';
import type { Summary } from '../../model/summary.js';
import { countState } from '../rules/facts.js';
import { RULES } from '../rules/registry.js';
import { cutText, lowerFirst, quote } from '../../words/sentence.js';
import { isViolation, sayFinding, sayUndetermined, type Speakers } from './engine.js';
import { judgeSurvey, type ReportOptions } from './judge-survey.js';

const SPEAKERS: Speakers = new Map(RULES.map((rule) => [rule.id, rule]));

/** Judges a survey and puts the report into words. */
export function createReport(survey: Survey, options: ReportOptions): Report {
  return sayReport(judgeSurvey(survey, options));
}

/** Puts what a rule of a check found into words. Total. */
export function sayCheckFinding(finding: Finding): FindingWords {
  return sayFinding(SPEAKERS, finding);
}

/** Puts a report into words. Total: a stored one can be said again. */
export function sayReport(data: ReportData): Report {
  const findings = data.findings.map((finding) => ({ ...finding, ...sayCheckFinding(finding) }));
  const undetermined = data.undetermined.map((doubt) => ({ ...doubt, ...sayUndetermined(SPEAKERS, doubt) }));
  const { schema, tool, target, vantage, profile, authorization, startedAt, durationMs, interrupted } = data;
  return {
    ...{ schema, tool, target, vantage, profile, authorization, startedAt, durationMs, interrupted },
    failOn: data.failOn,
    verdict: data.verdict,
    summary: saySummary(summarise(data)),
    findings,
    observations: data.observations,
    unlisted: data.unlisted,
    undetermined,
    liveness: data.liveness,
    errors: data.errors,
    ...(data.again && { again: data.again }),
  };
}

/** What a report's sentence rests on; findings come worst first. */
export function summarise(data: ReportData): Summary {
  const { verdict, failOn, profile, findings, undetermined, errors } = data;
  if (verdict === 'violation') {
    const violations = findings.filter((finding) => isViolation(finding, failOn));
    const worst = violations[0] ? bareFinding(violations[0]) : null;
    return { verdict, profile: profile.name, violations: violations.length, worst };
  }
  if (verdict === 'inconclusive') {
    const finding = findings.find(({ effect }) => effect === 'inconclusive');
    const doubt = undetermined.find(({ blocking }) => blocking);
    return {
      verdict,
      finding: finding ? bareFinding(finding) : null,
      undetermined: doubt ? bareUndetermined(doubt) : null,
      failed: errors[0]?.unit ?? null,
    };
  }
  return {
    verdict,
    profile: profile.name,
    requires: profile.requires,
    lesser: findings.filter(({ effect }) => effect === 'violation').length,
    accepted: findings.filter(({ waiver }) => waiver).length,
    signOfLife: hasSignOfLife(data),
  };
}

/** The verdict in one sentence for a dealer. */
export function saySummary(summary: Summary): string {
  return cutText(describeSummary(summary), 512);
}

function describeSummary(summary: Summary): string {
  switch (summary.verdict) {
    case 'violation':
      return describeViolations(summary, quote(summary.profile, 64));
    case 'inconclusive':
      return `Inconclusive: ${describeUnknown(summary)}.`;
    case 'compliant':
      return describeCompliance(summary, quote(summary.profile, 64));
  }
}

function describeViolations({ violations, worst }: Summary & { verdict: 'violation' }, profile: string): string {
  if (!worst) return `Profile ${profile} is not met.`;
  const count = violations === 1 ? '1 finding' : `${violations} findings`;
  return `Profile ${profile} is not met: ${count}, the worst ${worst.severity}: ${sayCheckFinding(worst).title}.`;
}

function describeUnknown({ finding, undetermined, failed }: Summary & { verdict: 'inconclusive' }): string {
  if (finding) return lowerFirst(sayCheckFinding(finding).title);
  if (undetermined) return `${lowerFirst(sayUndetermined(SPEAKERS, undetermined).what)} is not known`;
  return failed === null ? 'the check was cut off' : `a part of the check failed (${failed})`;
}

function describeCompliance(
  { requires, lesser, accepted, signOfLife }: Summary & { verdict: 'compliant' },
  profile: string,
): string {
  const rest = [
    count(lesser, 'lesser finding', 'remains', 'remain'),
    count(accepted, 'finding', 'is accepted', 'are accepted'),
  ];
  const tail = rest
    .filter(Boolean)
    .map((sentence) => ` ${sentence}`)
    .join('');
  if (!signOfLife)
    return `Profile ${profile} is met, but there is no sign of life: well protected, or offline, or the wrong address.${tail}`;
  const seen =
    lesser > 0
      ? 'no finding is severe enough to count'
      : `we found nothing open that should not be${accepted > 0 ? ', except for what was accepted' : ''}`;
  return `Profile ${profile} is met: ${seen}${requires && lesser + accepted === 0 ? ', and what must be reachable is' : ''}.${tail}`;
}

/** Something answered at all, even if only with a refusal. */
function hasSignOfLife(data: ReportData): boolean {
  return data.liveness.answers > 0 || countState(data, 'open') + countState(data, 'closed') > 0;
}

function count(number: number, noun: string, one: string, many: string): string {
  return number === 0 ? '' : number === 1 ? `1 ${noun} ${one}.` : `${number} ${noun}s ${many}.`;
}
