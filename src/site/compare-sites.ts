import type { EndpointId } from '../model/endpoint.js';
import type { Finding } from '../model/finding.js';
import type { Explanation, SiteReportData } from '../model/site.js';
import type { ReachChange, ReachChangeKind, SiteChanges } from '../model/site-change.js';
import { type Again, isGoneByDefault, isShutNow, listEndpoints, lookAgain, wasShut } from './evidence/again.js';
import { SITE_RULES } from './rules/registry.js';
import type { SiteRule } from './rules/site-rule.js';

/**
 * Compares two reports of one site, the earlier first, by what was found and never by its words. What the later one could
 * not determine is not known, never gone. Notes are left out.
 */
export function compareSites(
  before: SiteReportData,
  after: SiteReportData,
  rules: readonly SiteRule[] = SITE_RULES,
): SiteChanges {
  const again = lookAgain(before, after);
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const old = before.findings.filter(counts);
  const now = after.findings.filter(counts);
  const keyOf = (finding: Finding) => identify(finding, byId.get(finding.rule));
  const [oldKeys, nowKeys] = [new Set(old.map(keyOf)), new Set(now.map(keyOf))];
  const vanished = old.filter((finding) => !nowKeys.has(keyOf(finding)));
  const gone = new Set(vanished.filter((finding) => isGone(again, finding, byId.get(finding.rule))));
  return {
    from: before.startedAt,
    to: after.startedAt,
    verdict: { before: before.verdict, after: after.verdict },
    sameSite: again.sameSite,
    endpoints: listEndpoints(before, after).map((endpoint) => compareEndpoint(endpoint, again)),
    findings: {
      gone: [...gone],
      new: now.filter((finding) => !oldKeys.has(keyOf(finding))),
      still: now.filter((finding) => oldKeys.has(keyOf(finding))),
      notKnown: vanished.filter((finding) => !gone.has(finding)),
    },
  };
}

function counts({ effect }: Finding): boolean {
  return effect !== 'note';
}

/** A rule finds one thing on an endpoint, or at the site, unless it has a key for several. */
function identify({ rule, endpoint, data }: Finding, known: SiteRule | undefined): string {
  return JSON.stringify([rule, endpoint, known?.key && fits(known, data) ? known.key(data) : null]);
}

/** Whether a report that does not find it again proves that it is gone. */
function isGone(again: Again, finding: Finding, rule: SiteRule | undefined): boolean {
  if (!again.sameSite && rule?.about !== 'vantage') return false;
  if (!rule?.gone) return isGoneByDefault(again, finding);
  return fits(rule, finding.data) && rule.gone(again, finding);
}

/** What another version kept may have another form. */
function fits({ data: form }: SiteRule, data: unknown): boolean {
  return form?.safeParse(data).success ?? false;
}

function compareEndpoint(endpoint: EndpointId, again: Again): ReachChange {
  const find = ({ reachable }: SiteReportData) => reachable.find((one) => one.endpoint === endpoint) ?? null;
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
