import { createHash } from 'node:crypto';
import type { Waiver } from '../model/change.js';
import type { Profile } from '../model/profile.js';
import { REPORT_SCHEMA, type Report, type Survey } from '../model/report.js';
import type { Severity } from '../model/severity.js';
import { judge } from './rules/judge.js';
import { RULESET } from './rules/registry.js';
import { VERSION } from '../version.js';

/** What a report is made with, the same for all targets of a run. */
export interface ReportOptions {
  readonly profile: Profile;
  /** From {@link digestProfile}. */
  readonly profileDigest: string;
  readonly authorization: string | null;
  readonly failOn: Severity;
  /** What somebody accepted at this client; nothing by default. */
  readonly waivers?: readonly Waiver[];
}

/** Judges a survey: the pure half of a check, which may be done again later under another profile. */
export function createReport(survey: Survey, options: ReportOptions): Report {
  const { profile, profileDigest, authorization, failOn, waivers = [] } = options;
  const judgement = judge(survey, profile, { failOn, waivers });
  return {
    schema: REPORT_SCHEMA,
    tool: { name: 'sallyport', version: VERSION, ruleset: RULESET },
    target: survey.target,
    vantage: survey.vantage,
    profile: { name: profile.name, digest: profileDigest },
    authorization,
    startedAt: survey.startedAt,
    durationMs: survey.durationMs,
    interrupted: survey.interrupted,
    failOn,
    verdict: judgement.verdict,
    summary: judgement.summary,
    findings: [...judgement.findings],
    observations: [...judgement.observations],
    unlisted: survey.unlisted,
    undetermined: [...judgement.undetermined],
    liveness: survey.liveness,
    errors: [...judgement.errors],
  };
}

/** The survey that a report was made from, to be judged again: a report holds all that was seen. */
export function surveyOf(report: Report): Survey {
  const { target, vantage, startedAt, durationMs, interrupted, liveness, observations, unlisted, errors } = report;
  return {
    target,
    vantage,
    startedAt,
    durationMs,
    interrupted,
    liveness,
    observations: observations.map(({ service: _service, ...seen }) => seen),
    unlisted,
    // A rule that crashed is no part of what was seen.
    errors: errors.filter(({ unit }) => !unit.startsWith('rule/')),
  };
}

/** SHA-256 of a resolved profile, so that a report tells which one it was judged by. */
export function digestProfile(profile: Profile): string {
  const { file: _file, ...content } = profile;
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
