import type { Issue } from '../../model/change.js';
import type { Reason, ReportData, ReportedObservation } from '../../model/report.js';
import { OUTSIDER } from '../../model/profile.js';
import { isInSight } from './sight.js';

/*
 * What a look proves by what it does not tell. Absence of evidence is not evidence of absence: where a look failed, was
 * cut off or did not go, what was known before still stands.
 */

/** Ports of a protocol; 0 is none. */
const ALL_PORTS = 65_535;

/** What was seen, by endpoint. */
export type Looks = ReadonlyMap<string, readonly ReportedObservation[]>;

/** Sorts what a report saw by endpoint. */
export function indexLooks({ observations }: ReportData): Looks {
  const looks = new Map<string, ReportedObservation[]>();
  for (const seen of observations) {
    const known = looks.get(seen.endpoint);
    if (known) known.push(seen);
    else looks.set(seen.endpoint, [seen]);
  }
  return looks;
}

/**
 * Whether a report that does not tell an issue proves that it is gone. What concerns the whole site, or a service that
 * may stand on several endpoints, is only proved by a look with nothing left open; an exposure by one in which the site
 * is in sight, from where it was seen: who is let in from elsewhere says nothing of whoever was let in there, unless the
 * port is shut.
 * @param refusals how the site refuses, if that is known
 */
export function excludesIssue(report: ReportData, issue: Issue, looks: Looks, refusals?: readonly Reason[]): boolean {
  const { endpoint, outage } = issue;
  if (!outage && !isInSight(report, issue, refusals)) return false;
  const isElsewhere = !outage && (issue.source ?? OUTSIDER) !== report.vantage.source;
  if (isElsewhere && !isShut(endpoint, looks)) return false;
  return endpoint === null || outage
    ? isConclusive(report) && !report.undetermined.some(({ blocking }) => blocking)
    : determines(report, endpoint, looks);
}

function isShut(endpoint: string | null, looks: Looks): boolean {
  return endpoint !== null && (looks.get(endpoint) ?? []).some(({ state }) => state === 'closed');
}

/** Who answers where something is open and says nothing this time is not known to have changed. */
export function excludesIdentity(report: ReportData, endpoint: string, looks: Looks): boolean {
  return determines(report, endpoint, looks) && !looks.get(endpoint)?.some(({ state }) => state === 'open');
}

function determines(report: ReportData, endpoint: string, looks: Looks): boolean {
  const seen = looks.get(endpoint) ?? [];
  const lookedAt = seen.length > 0 || isOfAllPorts(report, endpoint);
  return (
    isConclusive(report) &&
    lookedAt &&
    seen.every(({ state }) => state !== 'error') &&
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
