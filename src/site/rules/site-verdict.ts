import { OUTSIDER } from '../../model/profile.js';
import type { Finding, Undetermined, UnitError, Verdict } from '../../model/report.js';
import { cutText, listNames, lowerFirst, quote } from '../../check/rules/wording.js';
import type { SiteFacts } from '../evidence/facts.js';

/** What the site rules said, all told. */
export interface SiteOutcome {
  readonly findings: readonly Finding[];
  readonly undetermined: readonly Undetermined[];
  readonly errors: readonly UnitError[];
  readonly interrupted: boolean;
}

/** Every violation counts, however much is unknown besides; and what is unknown is never compliant. */
export function decideSiteVerdict({ findings, undetermined, errors, interrupted }: SiteOutcome): Verdict {
  if (findings.some(({ effect }) => effect === 'violation')) return 'violation';
  const unknown =
    interrupted ||
    errors.length > 0 ||
    findings.some(({ effect }) => effect === 'inconclusive') ||
    undetermined.some(({ blocking }) => blocking);
  return unknown ? 'inconclusive' : 'compliant';
}

/** The verdict in one sentence for a dealer. At most 512 characters. */
export function summariseSite(facts: SiteFacts, outcome: SiteOutcome, verdict: Verdict): string {
  const lan = facts.kind === 'lan';
  const sentences = lan ? describeInside(outcome, verdict) : describeSite(facts, outcome, verdict);
  return cutText(sentences.filter(Boolean).join(' '), 512);
}

function describeInside(outcome: SiteOutcome, verdict: Verdict): string[] {
  const beyond = 'What is let in from outside is for preinstall or check to tell.';
  switch (verdict) {
    case 'violation':
      return [`Seen from inside: ${describeChanges(outcome)}.`, beyond];
    case 'inconclusive':
      return [`Could not be verified from inside: ${describeUnknown(outcome)}.`];
    case 'compliant':
      return ['Nothing wrong seen from inside.', beyond];
  }
}

function describeSite(facts: SiteFacts, outcome: SiteOutcome, verdict: Verdict): string[] {
  switch (verdict) {
    case 'violation':
      return [`Not fit to install: ${describeChanges(outcome)}.`];
    case 'inconclusive':
      return [`Could not be verified: ${describeUnknown(outcome)}.`];
    case 'compliant':
      return [
        'Fit to install: no UPnP, no DMZ, nothing let in but what was agreed, and SIP passes unaltered.',
        facts.source === OUTSIDER
          ? ''
          : `Seen as ${quote(facts.source, 64)} alone: what everybody else can reach was not looked at.`,
        describeChecklist(facts),
      ];
  }
}

function describeChanges({ findings }: SiteOutcome): string {
  const violations = findings.filter(({ effect }) => effect === 'violation');
  const [first] = violations;
  const title = first ? cutText(first.title, 200) : '';
  return violations.length === 1
    ? `1 thing to change: ${lowerFirst(title)}`
    : `${violations.length} things to change, first: ${lowerFirst(title)}`;
}

function describeUnknown({ findings, undetermined, errors, interrupted }: SiteOutcome): string {
  const reasons = [
    ...(interrupted ? ['the run was cut off'] : []),
    ...findings.filter(({ effect }) => effect === 'inconclusive').map(({ title }) => lowerFirst(cutText(title, 200))),
    ...undetermined
      .filter(({ blocking }) => blocking)
      .map(({ what }) => `${lowerFirst(cutText(what, 160))} is not known`),
    ...errors.map(({ unit }) => `a part failed (${cutText(unit, 64)})`),
  ];
  return listNames(reasons, 3);
}

function describeChecklist({ evidence: { checklist } }: SiteFacts): string {
  const open = (checklist?.items ?? []).filter(({ state }) => state === 'missing' || state === 'expired').length;
  if (!checklist) return 'The hardening checklist was not gone through.';
  return open > 0
    ? `${open === 1 ? '1 item' : `${open} items`} of the checklist ${open === 1 ? 'is' : 'are'} open.`
    : '';
}
