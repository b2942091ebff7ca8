import type { ReportedFinding, ReportedUndetermined } from '../../model/finding.js';
import type { Report, ReportData, Survey } from '../../model/report.js';
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

/** Puts a report into words. Total: a stored one can be said again. */
export function sayReport(data: ReportData): Report {
  const findings = data.findings.map((finding) => ({ ...finding, ...sayFinding(SPEAKERS, finding) }));
  const undetermined = data.undetermined.map((doubt) => ({ ...doubt, ...sayUndetermined(SPEAKERS, doubt) }));
  const { schema, tool, target, vantage, profile, authorization, startedAt, durationMs, interrupted } = data;
  return {
    ...{ schema, tool, target, vantage, profile, authorization, startedAt, durationMs, interrupted },
    failOn: data.failOn,
    verdict: data.verdict,
    summary: cutText(summarise(data, { findings, undetermined }), 512),
    findings,
    observations: data.observations,
    unlisted: data.unlisted,
    undetermined,
    liveness: data.liveness,
    errors: data.errors,
  };
}

interface Said {
  readonly findings: readonly ReportedFinding[];
  readonly undetermined: readonly ReportedUndetermined[];
}

/** The verdict in one sentence for a dealer; findings come worst first. */
function summarise(data: ReportData, said: Said): string {
  const profile = quote(data.profile.name, 64);
  switch (data.verdict) {
    case 'violation':
      return describeViolations(
        said.findings.filter((finding) => isViolation(finding, data.failOn)),
        profile,
      );
    case 'inconclusive':
      return `Inconclusive: ${describeUnknown(data, said)}.`;
    case 'compliant':
      return describeCompliance(data, said, profile);
  }
}

function describeViolations(found: readonly ReportedFinding[], profile: string): string {
  const worst = found[0];
  const count = found.length === 1 ? '1 finding' : `${found.length} findings`;
  return `Not as profile ${profile} wants it: ${count}, the worst ${worst?.severity}: ${worst?.title}.`;
}

function describeUnknown({ errors }: ReportData, { findings, undetermined }: Said): string {
  const finding = findings.find(({ effect }) => effect === 'inconclusive');
  if (finding) return lowerFirst(finding.title);
  const entry = undetermined.find(({ blocking }) => blocking);
  if (entry) return `${lowerFirst(entry.what)} is not known`;
  return errors.length > 0 ? `a part of the check failed (${errors[0]?.unit})` : 'the check was cut off';
}

function describeCompliance(data: ReportData, { findings }: Said, profile: string): string {
  const lesser = findings.filter(({ effect }) => effect === 'violation').length;
  const accepted = findings.filter(({ waiver }) => waiver).length;
  const rest = [
    count(lesser, 'lesser finding', 'remains', 'remain'),
    count(accepted, 'finding', 'is accepted', 'are accepted'),
  ];
  const tail = rest
    .filter(Boolean)
    .map((sentence) => ` ${sentence}`)
    .join('');
  if (!hasSignOfLife(data))
    return `As profile ${profile} wants it, but there is no sign of life: well protected, or off line, or the wrong address.${tail}`;
  const seen =
    lesser > 0
      ? 'nothing bad enough to fail was seen'
      : `nothing that we looked at is open that should not be${accepted > 0 ? ', but for what was accepted' : ''}`;
  return `As profile ${profile} wants it: ${seen}${data.profile.requires && lesser + accepted === 0 ? ', and what must be reachable is' : ''}.${tail}`;
}

/** Something answered at all, be it with a refusal. */
function hasSignOfLife(data: ReportData): boolean {
  return data.liveness.answers > 0 || countState(data, 'open') + countState(data, 'closed') > 0;
}

function count(number: number, noun: string, one: string, many: string): string {
  return number === 0 ? '' : number === 1 ? `1 ${noun} ${one}.` : `${number} ${noun}s ${many}.`;
}
