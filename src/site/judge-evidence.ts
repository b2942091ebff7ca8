import type { Profile } from '../model/profile.js';
import { SITE_SCHEMA, type SiteEvidence, type SiteReport } from '../model/site.js';
import { judgeSite } from './rules/judge-site.js';
import { SITE_RULESET } from './rules/registry.js';
import { isSameSite } from './evidence/same-site.js';
import { VERSION } from '../version.js';

/** What the report of a site is made with. */
export interface SiteReportOptions {
  readonly kind: SiteReport['kind'];
  /** Id of the client, where it is one of the inventory. */
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
  readonly earlier: readonly SiteReport[];
}

/** Judges what was seen of a site: the pure half of `lan` and `preinstall`, which may be done again later. */
export function createSiteReport(evidence: SiteEvidence, options: SiteReportOptions): SiteReport {
  const { kind, client, profile, profileDigest, startedAt, durationMs, interrupted, earlier } = options;
  const same = earlier.filter((report) => isSameSite(report, { client, evidence }));
  const judgement = judgeSite(evidence, { kind, profile, interrupted, earlier: same });
  return {
    schema: SITE_SCHEMA,
    tool: { name: 'sallyport', version: VERSION, ruleset: SITE_RULESET },
    kind,
    client,
    profile: { name: profile.name, digest: profileDigest },
    startedAt,
    durationMs,
    interrupted,
    verdict: judgement.verdict,
    summary: judgement.summary,
    reachable: [...judgement.reachable],
    findings: [...judgement.findings],
    undetermined: [...judgement.undetermined],
    evidence,
    errors: [...judgement.errors],
  };
}
