import { wasHeard } from '../../model/answer-kind.js';
import {
  bareFinding,
  bareUndetermined,
  type Finding,
  type FindingWords,
  type Undetermined,
} from '../../model/finding.js';
import type { Report, ReportData, Survey } from '../../model/report.js';
import type { Summary } from '../../model/summary.js';
import { EVERY_RULE } from '../join/registry.js';
import { servicesNotLookedAt } from '../rules/services-not-looked-at.js';
import { cutText, listNames, lowerFirst, quote } from '../../words/sentence.js';
import { isViolation, sayFinding, sayOver, sayUndetermined, type Speakers } from './engine.js';
import { judgeSurvey, type ReportOptions } from './judge-survey.js';

const SPEAKERS: Speakers = new Map(EVERY_RULE.map((rule) => [rule.id, rule]));

/** Judges a survey and puts the report into words. */
export function createReport(survey: Survey, options: ReportOptions): Report {
  return sayReport(judgeSurvey(survey, options));
}

/** Puts what a rule of a check found into words. Total. */
export function sayCheckFinding(finding: Finding): FindingWords {
  return sayFinding(SPEAKERS, finding);
}

/** Puts the end of what a rule of a check found into words. Total. */
export function sayCheckOver(finding: Finding): string {
  return sayOver(SPEAKERS, finding);
}

/** Puts a report into words. Total: a stored one can be said again. */
export function sayReport(data: ReportData): Report {
  const findings = data.findings.map((finding) => {
    const words = sayCheckFinding(finding);
    return { ...finding, ...words, seen: addSightings(words.seen, 2048, finding, data) };
  });
  const undetermined = data.undetermined.map((doubt) => {
    const { what, why } = sayUndetermined(SPEAKERS, doubt);
    return { ...doubt, what, why: addSightings(why, 1024, doubt, data) };
  });
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
    ...(data.vantages && { vantages: [...data.vantages] }),
  };
}

/** A sentence with who saw it and who did not, where not all vantages say the same. */
function addSightings(
  text: string,
  max: number,
  { seenFrom }: Pick<Finding, 'seenFrom'>,
  { vantages = [] }: Pick<ReportData, 'vantages'>,
): string {
  const others = vantages.filter(({ name, report }) => report !== null && !seenFrom?.includes(name));
  if (!seenFrom || others.length === 0) return text;
  const list = (names: readonly string[]) => listNames(names.map((name) => quote(name, 32)));
  const sightings = ` Seen from ${list(seenFrom)}, not from ${list(others.map(({ name }) => name))}.`;
  return cutText(text, max - sightings.length) + sightings;
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
    signOfLife: wasHeard(data),
    skipped: countSkipped(undetermined),
  };
}

/** How many services were left out that are usually checked. */
function countSkipped(undetermined: readonly Undetermined[]): number {
  const counts = undetermined.map(({ rule, data }) => (rule === servicesNotLookedAt.id ? data['skipped'] : 0));
  return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
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
      return `Inconclusive: ${sayUnknown(summary)}.`;
    case 'compliant':
      return describeCompliance(summary, quote(summary.profile, 64));
  }
}

function describeViolations({ violations, worst }: Summary & { verdict: 'violation' }, profile: string): string {
  if (!worst) return `Profile ${profile} is not met.`;
  const count = violations === 1 ? '1 finding' : `${violations} findings`;
  return `Profile ${profile} is not met: ${count}, the worst ${worst.severity}: ${sayCheckFinding(worst).title}.`;
}

/** What forbids a verdict, as the end of a sentence. */
export function sayUnknown({ finding, undetermined, failed }: Summary & { verdict: 'inconclusive' }): string {
  if (finding) return lowerFirst(sayCheckFinding(finding).title);
  if (undetermined) return `${lowerFirst(sayUndetermined(SPEAKERS, undetermined).what)} is not known`;
  return failed === null ? 'the check was cut off' : `a part of the check failed (${failed})`;
}

function describeCompliance(
  { requires, lesser, accepted, signOfLife, skipped = 0 }: Summary & { verdict: 'compliant' },
  profile: string,
): string {
  const rest = [
    count(lesser, 'lesser finding', 'remains', 'remain'),
    count(accepted, 'finding', 'is accepted', 'are accepted'),
    count(skipped, 'service', 'was not checked, or not all of it', 'were not checked, or not all of them'),
  ];
  const tail = rest
    .filter(Boolean)
    .map((sentence) => ` ${sentence}`)
    .join('');
  if (!signOfLife) {
    const voucher = accepted > 0 ? 'a person vouches for the line' : 'the line works, as ping shows';
    return `Profile ${profile} is met: nothing answers, and ${voucher}.${tail}`;
  }
  const seen =
    lesser > 0
      ? 'no finding is severe enough to count'
      : `${skipped > 0 ? 'in what was checked, ' : ''}we found nothing open that should not be${accepted > 0 ? ', except for what was accepted' : ''}`;
  return `Profile ${profile} is met: ${seen}${requires && lesser + accepted === 0 ? ', and what must be reachable is' : ''}.${tail}`;
}

function count(number: number, noun: string, one: string, many: string): string {
  return number === 0 ? '' : number === 1 ? `1 ${noun} ${one}.` : `${number} ${noun}s ${many}.`;
}
