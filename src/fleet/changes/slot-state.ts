import { isRandomCanary } from '../../model/canary.js';
import type { AcceptedSilence, Issue, SlotState } from '../../model/change.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { ReportData } from '../../model/report.js';
import { standingOf } from '../../model/standing.js';
import { showsLife } from './sight.js';
import { listRefusing, listSilentTo, type Sightings, UNNAMED, withSightings } from './sightings.js';
import type { Finding } from '../../model/finding.js';
import { isAtLeast } from '../../model/severity.js';

/** What a report says of a slot, as history follows it. Random canaries are left out: each look has others. */
export function stateOf(report: ReportData): SlotState {
  const canaries = listRandomCanaries(report);
  const issues = new Map<string, Issue>();
  for (const finding of report.findings) {
    const issue = readIssue(finding, report);
    if (!issue || (issue.endpoint !== null && canaries.has(issue.endpoint))) continue;
    const key = issueKey(issue);
    const other = issues.get(key);
    if (!other || weighs(issue, other)) issues.set(key, issue);
  }
  const identities = new Map<string, string>();
  for (const { endpoint, state, identity } of report.observations)
    if (state === 'open' && identity && !canaries.has(endpoint)) identities.set(endpoint, identity.label);
  const silence = report.findings.map(readSilence).find((accepted) => accepted !== null);
  return {
    address: report.target.address,
    verdict: report.verdict,
    issues: toRecord(issues),
    identities: toRecord(identities),
    ...listRefusing(report),
    ...(report.vantages && { silentTo: toRecord(Object.entries(listSilentTo(report))) }),
    silent: !showsLife(report),
    ...(standingOf(report) === 'no-answer' && { noAnswer: true }),
    ...(silence && { silence }),
  };
}

/** Under which key an issue stands in {@link SlotState.issues}. */
export function issueKey({ rule, endpoint }: Pick<Issue, 'rule' | 'endpoint'>): string {
  return endpoint === null ? rule : `${rule} ${endpoint}`;
}

/** A record in order of its keys, so that equal states are equal as text. */
export function toRecord<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => Number(a > b) - Number(a < b)));
}

function readIssue(finding: Finding, report: ReportData): Issue | null {
  const { rule, about, endpoint, severity, data, effect, waiver } = finding;
  const waived = Boolean(waiver);
  if (about === 'silence' || (effect !== 'violation' && !waived)) return null;
  const issue = { rule, endpoint, severity, data, outage: about === 'outage', waived };
  return withSightings(issue, listSightings(finding, report));
}

/** Who saw what a report found: what rests on all vantages, each of them. */
function listSightings({ seenFrom }: Finding, { vantage, vantages }: ReportData): Sightings {
  if (!vantages) return { [UNNAMED]: vantage.source };
  return Object.fromEntries(
    vantages.flatMap(({ name, report }) =>
      report && (seenFrom?.includes(name) ?? true) ? [[name, report.vantage.source] as const] : [],
    ),
  );
}

function readSilence({ rule, about, severity, waiver }: Finding): AcceptedSilence | null {
  if (about !== 'silence' || !waiver) return null;
  const { until, origin = 'waiver' } = waiver;
  return { rule, severity, until, isWaiver: origin === 'waiver' };
}

/** Of two findings of one rule at one place, the one that is not waived counts, then the worse one. */
function weighs(issue: Issue, other: Issue): boolean {
  if (issue.waived !== other.waived) return other.waived;
  return issue.severity !== other.severity && isAtLeast(issue.severity, other.severity);
}

function listRandomCanaries({ observations }: ReportData): ReadonlySet<EndpointId> {
  return new Set(observations.filter(isRandomCanary).map(({ endpoint }) => endpoint));
}
