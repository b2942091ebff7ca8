import type { Finding, Undetermined, UnitError, Verdict } from '../../model/report.js';
import { isAtLeast, type Severity } from '../../model/severity.js';
import type { Facts } from './facts.js';
import { cutText, lowerFirst, quote } from './wording.js';

/** What the rules said, all told. */
export interface Outcome {
  readonly findings: readonly Finding[];
  readonly undetermined: readonly Undetermined[];
  readonly errors: readonly UnitError[];
}

/**
 * The verdict. Where nothing can be judged from where we look, it is inconclusive whatever was seen. Else a violation
 * at least as bad as `failOn` stays one, however much is unknown besides; and what is unknown is never compliant.
 */
export function decideVerdict(facts: Facts, outcome: Outcome, failOn: Severity): Verdict {
  const { findings, undetermined, errors } = outcome;
  if (facts.vantage !== 'fit') return 'inconclusive';
  if (violations(findings, failOn).length > 0) return 'violation';
  const unknown =
    facts.survey.interrupted ||
    errors.length > 0 ||
    findings.some(({ effect }) => effect === 'inconclusive') ||
    undetermined.some(({ blocking }) => blocking);
  return unknown ? 'inconclusive' : 'compliant';
}

/** The verdict in one sentence for a dealer; `findings` sorted worst first. At most 512 characters. */
export function summarise(facts: Facts, outcome: Outcome, verdict: Verdict, failOn: Severity): string {
  const profile = quote(facts.profile.name, 64);
  switch (verdict) {
    case 'violation':
      return cutText(describeViolations(violations(outcome.findings, failOn), profile), 512);
    case 'inconclusive':
      return cutText(`Inconclusive: ${describeUnknown(outcome)}.`, 512);
    case 'compliant':
      return cutText(describeCompliance(facts, outcome, profile), 512);
  }
}

function violations(findings: readonly Finding[], failOn: Severity): Finding[] {
  return findings.filter(({ effect, severity }) => effect === 'violation' && isAtLeast(severity, failOn));
}

function describeViolations(found: readonly Finding[], profile: string): string {
  const worst = found[0];
  const count = found.length === 1 ? '1 finding' : `${found.length} findings`;
  return `Not as profile ${profile} wants it: ${count}, the worst ${worst?.severity}: ${worst?.title}.`;
}

function describeUnknown({ findings, undetermined, errors }: Outcome): string {
  const finding = findings.find(({ effect }) => effect === 'inconclusive');
  if (finding) return lowerFirst(finding.title);
  const entry = undetermined.find(({ blocking }) => blocking);
  if (entry) return `${lowerFirst(entry.what)} is not known`;
  return errors.length > 0 ? `a part of the check failed (${errors[0]?.unit})` : 'the check was cut off';
}

function describeCompliance(
  { signOfLife, profile: { services }, serviceAccess }: Facts,
  { findings }: Outcome,
  profile: string,
) {
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
  if (!signOfLife)
    return `As profile ${profile} wants it, but there is no sign of life: well protected, or off line, or the wrong address.${tail}`;
  const required = services.some((service) => serviceAccess(service) === 'must');
  const seen =
    lesser > 0
      ? 'nothing bad enough to fail was seen'
      : `nothing that we looked at is open that should not be${accepted > 0 ? ', but for what was accepted' : ''}`;
  return `As profile ${profile} wants it: ${seen}${required && lesser + accepted === 0 ? ', and what must be reachable is' : ''}.${tail}`;
}

function count(number: number, noun: string, one: string, many: string): string {
  return number === 0 ? '' : number === 1 ? `1 ${noun} ${one}.` : `${number} ${noun}s ${many}.`;
}
