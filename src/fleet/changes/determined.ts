import type { Issue } from '../../model/change.js';
import type { Reason, ReportData, ReportedObservation } from '../../model/report.js';
import { OUTSIDER } from '../../model/profile.js';
import { isInSight, losesSight } from './sight.js';
import { type Refusing, refusalsFor, type Sightings, sightingsOf, UNNAMED } from './sightings.js';

/*
 * What a look proves by what it does not tell. Absence of evidence is not evidence of absence: where a look failed, was
 * cut off or did not go, what was known before still stands.
 */

/** Ports of a protocol; 0 is none. */
const ALL_PORTS = 65_535;

/** What was seen, by endpoint. */
type Seen = ReadonlyMap<string, readonly ReportedObservation[]>;

/** A report, made ready for many questions. */
export interface Look {
  readonly report: ReportData;
  readonly seen: Seen;
  /** Each vantage's own, where the report joins several; null if it could not look. */
  readonly vantages: readonly { readonly name: string; readonly look: Look | null }[] | null;
}

/** Sorts what a report saw by endpoint. */
export function indexLook(report: ReportData): Look {
  const seen = new Map<string, ReportedObservation[]>();
  for (const one of report.observations) {
    const known = seen.get(one.endpoint);
    if (known) known.push(one);
    else seen.set(one.endpoint, [one]);
  }
  const vantages = report.vantages?.map((own) => ({ name: own.name, look: own.report && indexLook(own.report) }));
  return { report, seen, vantages: vantages ?? null };
}

/**
 * Whether a report that does not tell an issue proves that it is gone: to everyone who saw it.
 * @param refusing how the site refuses, if that is known
 */
export function excludesIssue(look: Look, issue: Issue, refusing: Refusing = {}): boolean {
  return Object.keys(keepSightings(look, issue, refusing)).length === 0;
}

/** Those who saw an issue, and to whom a report that does not tell it does not prove that it is gone. */
export function keepSightings(look: Look, issue: Issue, refusing: Refusing): Sightings {
  const left = Object.entries(sightingsOf(issue)).filter(([name, source]) => {
    const views = listViews(look, name, source);
    const isGone = (view: View) =>
      view.look !== null && excludes(view.look, { ...issue, source }, view.refusals(refusing));
    return views.length === 0 || !views.every(isGone);
  });
  return Object.fromEntries(left);
}

/** Whether a look that does not show an issue lost sight of it, to anyone who saw it. */
export function losesIssue(look: Look, issue: Issue, refusing: Refusing = {}): boolean {
  return Object.entries(sightingsOf(issue)).some(([name, source]) => {
    const views = listViews(look, name, source);
    const isLost = (view: View) => view.look !== null && losesSight(view.look.report, issue, view.refusals(refusing));
    return views.length === 0 || views.some(isLost);
  });
}

/** The names of vantages that saw an issue, and that were not asked any more. */
export function listUnasked(look: Look, issue: Issue): string[] {
  return Object.entries(sightingsOf(issue)).flatMap(([name, source]) =>
    name !== UNNAMED && listViews(look, name, source).length === 0 ? [name] : [],
  );
}

/** A look that can tell what became of what someone saw. */
interface View {
  readonly look: Look | null;
  refusals(refusing: Refusing): readonly Reason[] | undefined;
}

/**
 * The looks that have to see it gone: of a vantage with a name, its own. Who looked without one may be any of those of its
 * source, or one that could not look now; where there is none, any at all.
 */
function listViews(look: Look, seenBy: string, source: string): View[] {
  if (!look.vantages) return seenBy === UNNAMED ? [{ look, refusals: ({ refusals }) => refusals }] : [];
  const views = look.vantages.map((own) => ({
    ...own,
    refusals: (refusing: Refusing) => refusalsFor(refusing, own.name),
  }));
  if (seenBy !== UNNAMED) return views.filter(({ name }) => name === seenBy);
  const own = views.filter((view) => view.look === null || view.look.report.vantage.source === source);
  return own.some((view) => view.look !== null) ? own : views;
}

/**
 * Whether the look of one vantage proves that an issue is gone. What concerns the whole site, or a service that may stand
 * on several endpoints, is only proved by a look with nothing left open; an exposure by one in which the site is in
 * sight, from where it was seen: who is let in from elsewhere says nothing of whoever was let in there, unless the port
 * is shut.
 */
function excludes(look: Look, issue: Issue, refusals: readonly Reason[] | undefined): boolean {
  const { report, seen } = look;
  const { endpoint, outage } = issue;
  if (!outage && !isInSight(report, issue, refusals)) return false;
  const isElsewhere = !outage && (issue.source ?? OUTSIDER) !== report.vantage.source;
  if (isElsewhere && !isShut(endpoint, seen)) return false;
  return endpoint === null || outage
    ? isConclusive(report) && !report.undetermined.some(({ blocking }) => blocking)
    : determines(look, endpoint);
}

function isShut(endpoint: string | null, seen: Seen): boolean {
  return endpoint !== null && (seen.get(endpoint) ?? []).some(({ state }) => state === 'closed');
}

/** Who answers where something is open and says nothing this time is not known to have changed. */
export function excludesIdentity(look: Look, endpoint: string): boolean {
  if (look.vantages) return look.vantages.every((own) => own.look !== null && excludesIdentity(own.look, endpoint));
  return determines(look, endpoint) && !look.seen.get(endpoint)?.some(({ state }) => state === 'open');
}

function determines({ report, seen }: Look, endpoint: string): boolean {
  const own = seen.get(endpoint) ?? [];
  const lookedAt = own.length > 0 || isOfAllPorts(report, endpoint);
  return (
    isConclusive(report) &&
    lookedAt &&
    own.every(({ state }) => state !== 'error') &&
    !report.undetermined.some((gap) => gap.blocking && (gap.endpoint === null || gap.endpoint === endpoint))
  );
}

/** Whether all ports of a protocol were asked: what a report then counts without listing it is neither open nor failed. */
function isOfAllPorts({ observations, unlisted }: ReportData, endpoint: string): boolean {
  const counted = Object.values(unlisted).reduce((sum, count) => sum + count, 0);
  const transport = endpoint.slice(0, 4);
  return counted + observations.filter((seen) => seen.endpoint.startsWith(transport)).length >= ALL_PORTS;
}

/** Nothing that a rule says, no crash and no cut-off keeps us from taking what was not found for absent. */
export function isConclusive({ verdict, interrupted, findings, errors }: ReportData): boolean {
  return (
    verdict !== 'inconclusive' &&
    !interrupted &&
    errors.length === 0 &&
    !findings.some(({ effect }) => effect === 'inconclusive')
  );
}
