import { isVouchedByEcho } from '../../model/answer-kind.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import { bareFinding, bareUndetermined, type Finding, MAX_VANTAGES, type Undetermined } from '../../model/finding.js';
import { type Liveness, type ReportData, type ReportedObservation, type VantageLook } from '../../model/report.js';
import { type Severity, SEVERITIES } from '../../model/severity.js';
import { worstVerdict } from '../../model/standing.js';
import { WEAKEST_FIRST } from '../../model/weakest-state.js';
import type { JoinFacts, Viewer } from '../join/facts.js';
import { JOIN_RULES } from '../join/registry.js';
import { replaces } from '../join/restriction-broken.js';
import { deriveFacts } from '../rules/facts.js';
import { beyondOurView } from '../rules/beyond-our-view.js';
import { noSignOfLife } from '../rules/no-sign-of-life.js';
import { cutText } from '../../words/sentence.js';
import { acceptFindings } from './accept-findings.js';
import { applyRules, decideVerdict } from './engine.js';
import { compareFindings, dayOf, judgeSurvey, type ReportOptions, surveyOf } from './judge-survey.js';
import { reportAbsence } from './report-absence.js';

/**
 * Joins what several vantages made of one target at about the same time. Each report is judged anew, by the options and
 * for the source that its vantage is; then rules of the join look at all of them. The verdict is never better than that
 * of any vantage: who gets in gets in, an outage is one, and what a vantage could not see is not known. Pure, and never
 * throws; the order of vantages is that in which they are listed, and nothing else.
 *
 * @param looks with names of their own; null reports are of vantages that were asked and could not look
 * @returns null if none of them looked: then there is nothing to report
 */
export function joinReports(looks: readonly VantageLook[], options: ReportOptions): ReportData | null {
  const kept = looks.slice(0, MAX_VANTAGES).map((look) => judgeLook(look, options));
  const { facts, all } = sortVantages(kept, options);
  const first = all.toSorted(compareViewers)[0];
  if (!first) return null;
  const { profile, profileDigest, authorization, failOn, waivers = [], silence } = options;
  // Where no one saw anything that counts, what they say of themselves is all that there is.
  const viewers = facts.viewers.length > 0 ? facts.viewers : all;
  const startedAt = viewers.map(({ report }) => report.startedAt).sort()[0]!;
  const observations = joinObservations(viewers, startedAt);
  const found = applyRules(JOIN_RULES, facts);
  const joint = acceptFindings(
    found.findings,
    { observations },
    {
      ...{ waivers, silence, mayBeSilent: false },
      today: options.today ?? dayOf({ startedAt }),
    },
  );
  const outcome = {
    findings: [...joinFindings(viewers, joint), ...joint].sort(compareFindings),
    undetermined: [...joinUndetermined(viewers), ...found.undetermined],
    errors: [...viewers.flatMap(nameErrors), ...found.errors, ...noteRest(looks)],
  };
  const interrupted = viewers.some(({ report }) => report.interrupted);
  const isUnknown = facts.viewers.length === 0 || viewers.some(({ report }) => report.verdict === 'inconclusive');
  const decided = facts.viewers.length === 0 ? 'inconclusive' : decideVerdict(outcome, { interrupted, failOn });
  const { report } = first;
  return {
    ...{ schema: report.schema, tool: report.tool, target: report.target, vantage: report.vantage },
    profile: {
      name: profile.name,
      digest: profileDigest,
      requires: viewers.some((viewer) => viewer.report.profile.requires),
    },
    authorization,
    startedAt,
    durationMs: Math.max(...viewers.map((viewer) => offsetOf(viewer.report, startedAt) + viewer.report.durationMs)),
    interrupted,
    failOn,
    verdict: isUnknown ? worstVerdict(decided, 'inconclusive') : decided,
    findings: outcome.findings,
    observations,
    unlisted: joinCounts(viewers),
    undetermined: outcome.undetermined,
    liveness: joinLiveness(viewers, report.liveness),
    errors: outcome.errors,
    vantages: kept,
  };
}

/** Judges a report again, by what it says was seen: by itself, or each vantage's by itself, and joined again. */
export function judgeAgain(report: ReportData, options: ReportOptions): ReportData {
  const { vantages } = report;
  if (!vantages) return judgeSurvey(surveyOf(report), options);
  return joinReports(vantages, options) ?? reportAbsence(surveyOf(report), vantages, options);
}

function judgeLook({ name, report, trouble }: VantageLook, options: ReportOptions): VantageLook {
  return { name: cutText(name, 64), report: report && judgeSurvey(surveyOf(report), options), trouble };
}

/** Those whose looks count, and why the others' do not, by name. */
function sortVantages(
  looks: readonly VantageLook[],
  { profile }: ReportOptions,
): { readonly facts: JoinFacts; readonly all: readonly Viewer[] } {
  const sorted = looks.toSorted((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
  const all = sorted.flatMap(({ name, report }): Viewer[] =>
    report ? [{ name, source: report.vantage.source, report, facts: deriveFacts(surveyOf(report), profile) }] : [],
  );
  const absent = sorted.flatMap(({ name, report, trouble }): JoinFacts['absent'] => {
    if (!report) return [{ name, why: 'trouble', trouble }];
    const fitness = all.find((viewer) => viewer.report === report)!.facts.vantage;
    return fitness === 'fit' ? [] : [{ name, why: fitness, trouble: null }];
  });
  const viewers = all.filter(({ facts }) => facts.vantage === 'fit');
  return { facts: { profile, viewers, absent }, all };
}

/** The first that looked stands for all where only one can: one that saw something before one that did not. */
function compareViewers(a: Viewer, b: Viewer): number {
  const rank = ({ facts }: Viewer) => Number(facts.vantage !== 'fit') * 2 + Number(!facts.looked);
  const [x, y] = [a.report.startedAt, b.report.startedAt];
  return rank(a) - rank(b) || Number(x > y) - Number(x < y) || Number(a.name > b.name) - Number(a.name < b.name);
}

/**
 * The findings of all vantages, one for a rule at an endpoint: that of the worst effect and severity. Silence to one is
 * not the site's where another gets answers: a rule of the join tells of it.
 */
function joinFindings(viewers: readonly Viewer[], joint: readonly Finding[]): Finding[] {
  const isHeard = viewers.some(({ facts }) => facts.heard);
  const groups = new Map<string, { finding: Finding; seenFrom: string[] }>();
  for (const { name, report } of viewers)
    for (const finding of report.findings) {
      if (isHeard && finding.rule === noSignOfLife.id && finding.effect === 'inconclusive') continue;
      if (joint.some((one) => replaces(one, finding))) continue;
      const key = `${finding.rule} ${finding.endpoint}`;
      const group = groups.get(key);
      if (!group) groups.set(key, { finding, seenFrom: [name] });
      else {
        if (isWorse(finding, group.finding)) group.finding = finding;
        if (!group.seenFrom.includes(name)) group.seenFrom.push(name);
      }
    }
  return [...groups.values()].map(({ finding, seenFrom }) => ({ ...bareFinding(finding), seenFrom }));
}

const EFFECTS: readonly Finding['effect'][] = ['violation', 'inconclusive', 'note'];

function isWorse(a: Finding, b: Finding): boolean {
  const rank = (severity: Severity) => SEVERITIES.indexOf(severity);
  const byEffect = EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect);
  return (byEffect || rank(a.severity) - rank(b.severity)) < 0;
}

/** What any vantage could not tell, once where several say the same. */
function joinUndetermined(viewers: readonly Viewer[]): Undetermined[] {
  const groups = new Map<string, Undetermined & { seenFrom: string[] }>();
  for (const { name, report } of viewers)
    for (const doubt of report.undetermined) {
      if (doubt.rule === beyondOurView.id && doubt.data['subject'] === 'other-addresses') continue;
      const key = JSON.stringify([doubt.rule, doubt.endpoint, doubt.blocking, saidAs(doubt)]);
      const group = groups.get(key);
      if (!group) groups.set(key, { ...bareUndetermined(doubt), seenFrom: [name] });
      else if (!group.seenFrom.includes(name)) group.seenFrom.push(name);
    }
  return [...groups.values()];
}

/** What no one sees from outside is the same from everywhere. */
function saidAs({ rule, data }: Undetermined): unknown {
  return rule === beyondOurView.id ? data['subject'] : data;
}

/** Of each endpoint, what the vantage saw that proves least that it is shut. */
function joinObservations(viewers: readonly Viewer[], startedAt: string): ReportedObservation[] {
  const weakest = new Map<EndpointId, { rank: number; seen: ReportedObservation[] }>();
  for (const { report } of viewers) {
    const own = new Map<EndpointId, ReportedObservation[]>();
    for (const seen of report.observations) own.set(seen.endpoint, [...(own.get(seen.endpoint) ?? []), seen]);
    const later = offsetOf(report, startedAt);
    for (const [endpoint, all] of own) {
      const rank = Math.min(...all.map(({ state, identity }) => WEAKEST_FIRST.indexOf(state) * 2 + Number(!identity)));
      const known = weakest.get(endpoint);
      if (known && known.rank <= rank) continue;
      weakest.set(endpoint, { rank, seen: all.map((seen) => ({ ...seen, atMs: seen.atMs + later })) });
    }
  }
  return [...weakest.values()].flatMap(({ seen }) => seen).sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint));
}

function offsetOf(report: ReportData, startedAt: string): number {
  return Math.max(0, Date.parse(report.startedAt) - Date.parse(startedAt));
}

/** Of what is too many to list, the most that any vantage counts. */
function joinCounts(viewers: readonly Viewer[]): ReportData['unlisted'] {
  const counts = new Map<string, number>();
  for (const { report } of viewers)
    for (const [key, count] of Object.entries(report.unlisted)) counts.set(key, Math.max(count, counts.get(key) ?? 0));
  return Object.fromEntries([...counts].sort(([a], [b]) => Number(a > b) - Number(a < b)));
}

const RECHECKS = 32;

/** Signs of life, all told; echoes only where all were asked for: those that show least. */
function joinLiveness(viewers: readonly Viewer[], first: Liveness): Liveness {
  const all = viewers.map(({ report }) => report.liveness);
  const sum = (count: (liveness: Liveness) => number) => all.reduce((total, one) => total + count(one), 0);
  const unasked = sum((one) => one.unasked ?? 0);
  const echo = all.find((one) => !isVouchedByEcho(one))?.echo ?? all[0]?.echo;
  const isAsked = all.every((one) => one.echo !== undefined);
  return {
    srttMs: first.srttMs,
    answers: sum((one) => one.answers),
    lost: sum((one) => one.lost),
    recheck: all.flatMap((one) => one.recheck).slice(0, RECHECKS),
    ...(unasked > 0 && { unasked }),
    ...(isAsked && echo && { echo }),
  };
}

function nameErrors({ name, report }: Viewer): ReportData['errors'] {
  return report.errors.map(({ unit, message }) => ({ unit, message: cutText(`from ${name}: ${message}`, 512) }));
}

/** More vantages than a report can hold are told, and keep it from being compliant. */
function noteRest({ length }: readonly VantageLook[]): ReportData['errors'] {
  const rest = length - MAX_VANTAGES;
  return rest > 0 ? [{ unit: 'join', message: `${rest} vantages are too many to be joined` }] : [];
}
