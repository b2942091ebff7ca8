import type { Finding, Undetermined } from '../../model/report.js';
import { cutText } from './wording.js';

/** Cuts the texts of a finding to the report's limits (findingSchema). */
export function boundFinding(finding: Finding): Finding {
  return {
    ...finding,
    rule: cutText(finding.rule, 64),
    title: cutText(finding.title, 256),
    seen: cutText(finding.seen, 2048),
    matters: cutText(finding.matters, 2048),
    remedy: cutText(finding.remedy, 2048),
    programs: finding.programs.map((program) => cutText(program, 32)),
    references: finding.references.map((reference) => cutText(reference, 256)),
  };
}

/** Cuts the texts of an undetermined entry to the report's limits (undeterminedSchema). */
export function boundUndetermined(entry: Undetermined): Undetermined {
  return { ...entry, what: cutText(entry.what, 512), why: cutText(entry.why, 1024) };
}
