import { applyRules, decideVerdict } from '../../check/judge/engine.js';
import type { Finding } from '../../model/finding.js';
import type { Profile } from '../../model/profile.js';
import type { UnitError } from '../../model/report.js';
import { SITE_SCHEMA, type SiteEvidence, type SiteReportData } from '../../model/site.js';
import { VERSION } from '../../version.js';
import { deriveSiteFacts } from '../evidence/facts.js';
import { isSameSite } from '../evidence/again.js';
import { SITE_RULES, SITE_RULESET } from '../rules/registry.js';
import type { SiteRule } from '../rules/site-rule.js';

/** What the report of a site is made with. */
export interface SiteReportOptions {
  readonly kind: SiteReportData['kind'];
  /** Id of the client, if it is one of the inventory. */
  readonly client: string | null;
  readonly profile: Profile;
  /** From `digestProfile`. */
  readonly profileDigest: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The run was cut off. */
  readonly interrupted: boolean;
  /** Earlier reports, oldest first: those of the same site tell since when a mapping is there. */
  readonly earlier: readonly SiteReportData[];
  /** The rules to judge by; all of them by default. */
  readonly rules?: readonly SiteRule[];
}

const EFFECTS: readonly Finding['effect'][] = ['violation', 'inconclusive', 'note'];

/**
 * Judges what was seen of a site: the pure half of `lan` and `preinstall`, which may be done again later. Never throws on
 * evidence that fits the model: a rule that does becomes an error. Every violation counts. Findings: what has to be
 * changed, what prevents a verdict, notes; each in the order in which it is best fixed.
 */
export function judgeSite(evidence: SiteEvidence, options: SiteReportOptions): SiteReportData {
  const { kind, client, profile, profileDigest, startedAt, durationMs, earlier, rules = SITE_RULES } = options;
  const same = earlier.filter((report) => isSameSite(report, { client, evidence }));
  const facts = deriveSiteFacts(evidence, profile, kind, same);
  const found = applyRules(rules, facts);
  const outcome = { ...found, errors: [...listErrors(evidence), ...found.errors] };
  const interrupted = options.interrupted || evidence.lan.interrupted;
  return {
    schema: SITE_SCHEMA,
    tool: { name: 'sallyport', version: VERSION, ruleset: SITE_RULESET },
    kind,
    client,
    profile: { name: profile.name, digest: profileDigest },
    startedAt,
    durationMs,
    interrupted: options.interrupted,
    verdict: decideVerdict(outcome, { interrupted, failOn: 'info' }),
    reachable: [...facts.reachable],
    findings: outcome.findings.toSorted((a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect)),
    undetermined: outcome.undetermined,
    evidence,
    errors: outcome.errors,
  };
}

/** Errors of what looked; a rule of the vantage that crashed is judged again here. */
function listErrors({ lan, outside }: SiteEvidence): UnitError[] {
  const check = (outside?.check?.errors ?? []).filter(({ unit }) => !unit.startsWith('rule/'));
  return [...lan.errors, ...check];
}
