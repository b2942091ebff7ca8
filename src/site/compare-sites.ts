import type { EndpointId } from '../model/endpoint.js';
import type { ReportedFinding } from '../model/finding.js';
import type { Explanation, SiteReport } from '../model/site.js';
import type { ReachChange, ReachChangeKind, SiteChanges } from '../model/site-change.js';
import { type Again, excludesFinding, isShutNow, listEndpoints, lookAgain, wasShut } from './evidence/again.js';

/**
 * Compares two reports of one site, the earlier first. What the later one could not determine is not known, never gone.
 * Notes are left out.
 */
export function compareSites(before: SiteReport, after: SiteReport): SiteChanges {
  const again = lookAgain(before, after);
  const old = before.findings.filter(counts);
  const now = after.findings.filter(counts);
  const keysOf = (findings: readonly ReportedFinding[]) => new Set(findings.map(keyOf));
  const [oldKeys, nowKeys] = [keysOf(old), keysOf(now)];
  const vanished = old.filter((finding) => !nowKeys.has(keyOf(finding)));
  return {
    from: before.startedAt,
    to: after.startedAt,
    verdict: { before: before.verdict, after: after.verdict },
    summary: after.summary,
    sameSite: again.sameSite,
    endpoints: listEndpoints(before, after).map((endpoint) => compareEndpoint(endpoint, again)),
    findings: {
      gone: vanished.filter((finding) => excludesFinding(again, finding)),
      new: now.filter((finding) => !oldKeys.has(keyOf(finding))),
      still: now.filter((finding) => oldKeys.has(keyOf(finding))),
      notKnown: vanished.filter((finding) => !excludesFinding(again, finding)),
    },
  };
}

function counts({ effect }: ReportedFinding): boolean {
  return effect !== 'note';
}

/** A rule speaks once of an endpoint, or of the site; of each item of a checklist. */
function keyOf({ rule, endpoint, title }: ReportedFinding): string {
  return JSON.stringify([rule, endpoint, rule === 'checklist-open' ? title : null]);
}

function compareEndpoint(endpoint: EndpointId, again: Again): ReachChange {
  const find = ({ reachable }: SiteReport) => reachable.find((one) => one.endpoint === endpoint) ?? null;
  const [old, now] = [find(again.before), find(again.report)];
  return { kind: judgeChange(endpoint, old, now, again), endpoint, before: old, after: now };
}

function judgeChange(
  endpoint: EndpointId,
  old: Explanation | null,
  now: Explanation | null,
  again: Again,
): ReachChangeKind {
  if (now === null) return isShutNow(again, endpoint) ? 'closed' : 'not-known';
  if (old === null) return wasShut(again, endpoint) ? 'opened' : 'found';
  return old.cause === now.cause ? 'still-open' : 'cause-changed';
}
