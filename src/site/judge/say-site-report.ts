import { sayFinding, sayUndetermined, type Speakers } from '../../check/judge/engine.js';
import { sayReport } from '../../check/judge/say-report.js';
import type { Finding, ReportedFinding, ReportedUndetermined } from '../../model/finding.js';
import { isOfNetwork } from '../../model/lan.js';
import { OUTSIDER } from '../../model/profile.js';
import {
  type Explanation,
  groundsSchema,
  type SiteEvidence,
  type SiteReport,
  type SiteReportData,
} from '../../model/site.js';
import type { SiteChanges } from '../../model/site-change.js';
import { cutText, listNames, lowerFirst, quote, renderCount } from '../../words/sentence.js';
import { sayGrounds } from '../evidence/say-grounds.js';
import { SITE_RULES } from '../rules/registry.js';
import { judgeSite, type SiteReportOptions } from './judge-site.js';

const SPEAKERS: Speakers = new Map(SITE_RULES.map((rule) => [rule.id, rule]));

/** Judges what was seen of a site and puts the report into words. */
export function createSiteReport(evidence: SiteEvidence, options: SiteReportOptions): SiteReport {
  return saySiteReport(judgeSite(evidence, options));
}

/** Puts the report of a site into words. Total: a stored one can be said again. */
export function saySiteReport(data: SiteReportData): SiteReport {
  const findings = data.findings.map(say);
  const undetermined = data.undetermined.map((doubt) => ({ ...doubt, ...sayUndetermined(SPEAKERS, doubt) }));
  const { outside } = data.evidence;
  const { schema, tool, kind, client, profile, startedAt, durationMs, interrupted, verdict } = data;
  return {
    ...{ schema, tool, kind, client, profile, startedAt, durationMs, interrupted, verdict },
    summary: cutText(summarise(data, { findings, undetermined }).filter(Boolean).join(' '), 512),
    reachable: data.reachable.map((one) => ({ ...one, sentence: sayExplanation(one) })),
    findings,
    undetermined,
    evidence: {
      ...data.evidence,
      outside: outside && { ...outside, check: outside.check && sayReport(outside.check) },
    },
    errors: data.errors,
    ...(data.again && { again: data.again }),
  };
}

/** Puts what changed between two reports into words. Total, as {@link saySiteReport}. */
export function sayChanges(changes: SiteChanges): SiteChanges<ReportedFinding> {
  const { gone, still, notKnown, new: found } = changes.findings;
  return {
    ...changes,
    findings: { gone: gone.map(say), new: found.map(say), still: still.map(say), notKnown: notKnown.map(say) },
  };
}

function say(finding: Finding): ReportedFinding {
  return { ...finding, ...sayFinding(SPEAKERS, finding) };
}

/** Another version may have kept other grounds, or none. */
function sayExplanation({ grounds }: Explanation): string {
  const known = groundsSchema.safeParse(grounds);
  return known.success ? sayGrounds(known.data) : 'This version cannot explain the stored cause.';
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
  const beyond = 'Run preinstall or check to find out what is let in from outside.';
  switch (data.verdict) {
    case 'violation':
      return [`Seen from inside: ${describeChanges(said)}.`, beyond];
    case 'inconclusive':
      return [`Could not be verified from inside: ${describeUnknown(data, said)}.`];
    case 'compliant':
      return ['Nothing wrong was seen from inside.', beyond];
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
        'Fit to install: no UPnP, no DMZ, only what was agreed is let in, and SIP passes unaltered.',
        source === OUTSIDER ? '' : `Seen only as ${quote(source, 64)}: what everyone else can reach was not checked.`,
        describeChecklist(data),
      ];
  }
}

function describeChanges({ findings }: Said): string {
  const violations = findings.filter(({ effect }) => effect === 'violation');
  const title = lowerFirst(cutText(violations[0]?.title ?? '', 200));
  return violations.length === 1
    ? `1 thing to change: ${title}`
    : `${violations.length} things to change, first: ${title}`;
}

function describeUnknown({ errors, interrupted, evidence }: SiteReportData, { findings, undetermined }: Said): string {
  const reasons = [
    ...(interrupted || evidence.lan.interrupted ? ['the run was cut off'] : []),
    ...findings.filter(({ effect }) => effect === 'inconclusive').map(({ title }) => lowerFirst(cutText(title, 200))),
    ...undetermined
      .filter(({ blocking }) => blocking)
      .map(({ what }) => `${lowerFirst(cutText(what, 160))} is not known`),
    ...errors.map((error) =>
      isOfNetwork(error) ? lowerFirst(cutText(error.message, 160)) : `a part failed (${cutText(error.unit, 64)})`,
    ),
  ];
  return listNames(reasons, 3);
}

function describeChecklist({ evidence: { checklist } }: SiteReportData): string {
  if (!checklist) return 'The hardening checklist was not filled in.';
  const open = checklist.items.filter(({ state }) => state === 'missing' || state === 'expired').length;
  return open > 0 ? `${renderCount(open, 'item')} of the checklist ${open === 1 ? 'is' : 'are'} open.` : '';
}
