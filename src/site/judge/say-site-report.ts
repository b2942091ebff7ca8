import { sayFinding, sayUndetermined, type Speakers } from '../../check/judge/engine.js';
import { cutText, listNames, lowerFirst, quote } from '../../check/rules/wording.js';
import type { ReportedFinding, ReportedUndetermined } from '../../model/finding.js';
import { OUTSIDER } from '../../model/profile.js';
import type { SiteEvidence, SiteReport, SiteReportData } from '../../model/site.js';
import { judgeSite, type SiteReportOptions } from './judge-site.js';
import { SITE_RULES } from '../rules/registry.js';

const SPEAKERS: Speakers = new Map(SITE_RULES.map((rule) => [rule.id, rule]));

/** Judges what was seen of a site and puts the report into words. */
export function createSiteReport(evidence: SiteEvidence, options: SiteReportOptions): SiteReport {
  return saySiteReport(judgeSite(evidence, options));
}

/** Puts the report of a site into words. Total: a stored one can be said again. */
export function saySiteReport(data: SiteReportData): SiteReport {
  const findings = data.findings.map((finding) => ({ ...finding, ...sayFinding(SPEAKERS, finding) }));
  const undetermined = data.undetermined.map((doubt) => ({ ...doubt, ...sayUndetermined(SPEAKERS, doubt) }));
  const { schema, tool, kind, client, profile, startedAt, durationMs, interrupted, verdict } = data;
  return {
    ...{ schema, tool, kind, client, profile, startedAt, durationMs, interrupted, verdict },
    summary: cutText(summarise(data, { findings, undetermined }).filter(Boolean).join(' '), 512),
    reachable: data.reachable,
    findings,
    undetermined,
    evidence: data.evidence,
    errors: data.errors,
  };
}

interface Said {
  readonly findings: readonly ReportedFinding[];
  readonly undetermined: readonly ReportedUndetermined[];
}

/** The verdict in a sentence or two for a dealer. */
function summarise(data: SiteReportData, said: Said): string[] {
  return data.kind === 'lan' ? describeInside(data, said) : describeSite(data, said);
}

function describeInside(data: SiteReportData, said: Said): string[] {
  const beyond = 'What is let in from outside is for preinstall or check to tell.';
  switch (data.verdict) {
    case 'violation':
      return [`Seen from inside: ${describeChanges(said)}.`, beyond];
    case 'inconclusive':
      return [`Could not be verified from inside: ${describeUnknown(data, said)}.`];
    case 'compliant':
      return ['Nothing wrong seen from inside.', beyond];
  }
}

function describeSite(data: SiteReportData, said: Said): string[] {
  const { outside } = data.evidence;
  const source = outside?.check?.vantage.source ?? outside?.source ?? OUTSIDER;
  switch (data.verdict) {
    case 'violation':
      return [`Not fit to install: ${describeChanges(said)}.`];
    case 'inconclusive':
      return [`Could not be verified: ${describeUnknown(data, said)}.`];
    case 'compliant':
      return [
        'Fit to install: no UPnP, no DMZ, nothing let in but what was agreed, and SIP passes unaltered.',
        source === OUTSIDER
          ? ''
          : `Seen as ${quote(source, 64)} alone: what everybody else can reach was not looked at.`,
        describeChecklist(data),
      ];
  }
}

function describeChanges({ findings }: Said): string {
  const violations = findings.filter(({ effect }) => effect === 'violation');
  const [first] = violations;
  const title = first ? cutText(first.title, 200) : '';
  return violations.length === 1
    ? `1 thing to change: ${lowerFirst(title)}`
    : `${violations.length} things to change, first: ${lowerFirst(title)}`;
}

function describeUnknown({ errors, interrupted, evidence }: SiteReportData, { findings, undetermined }: Said): string {
  const reasons = [
    ...(interrupted || evidence.lan.interrupted ? ['the run was cut off'] : []),
    ...findings.filter(({ effect }) => effect === 'inconclusive').map(({ title }) => lowerFirst(cutText(title, 200))),
    ...undetermined
      .filter(({ blocking }) => blocking)
      .map(({ what }) => `${lowerFirst(cutText(what, 160))} is not known`),
    ...errors.map(({ unit }) => `a part failed (${cutText(unit, 64)})`),
  ];
  return listNames(reasons, 3);
}

function describeChecklist({ evidence: { checklist } }: SiteReportData): string {
  const open = (checklist?.items ?? []).filter(({ state }) => state === 'missing' || state === 'expired').length;
  if (!checklist) return 'The hardening checklist was not gone through.';
  return open > 0
    ? `${open === 1 ? '1 item' : `${open} items`} of the checklist ${open === 1 ? 'is' : 'are'} open.`
    : '';
}
