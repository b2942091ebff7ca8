import type { Waiver } from '../../model/change.js';
import type { Finding, Survey } from '../../model/report.js';
import { isAtLeast } from '../../model/severity.js';
import { cutText } from './wording.js';

/**
 * Turns violations that somebody accepted into notes that say so. What is worse than what was accepted, elsewhere, of
 * another identity, or after the last day stays a violation; what forbids a verdict can not be accepted.
 */
export function applyWaivers(findings: readonly Finding[], waivers: readonly Waiver[], survey: Survey): Finding[] {
  return findings.map((finding) => {
    if (finding.effect !== 'violation') return finding;
    const waiver = waivers.find((candidate) => covers(candidate, finding, survey));
    if (!waiver) return finding;
    const { by, reason, until } = waiver;
    return { ...finding, effect: 'note', waiver: { by: cutText(by, 128), reason: cutText(reason, 512), until } };
  });
}

function covers(waiver: Waiver, { rule, endpoint, severity }: Finding, survey: Survey): boolean {
  return (
    waiver.rule === rule &&
    (waiver.endpoint === null || waiver.endpoint === endpoint) &&
    waiver.until >= survey.startedAt.slice(0, 'YYYY-MM-DD'.length) &&
    (waiver.severity === null || isAtLeast(waiver.severity, severity)) &&
    (waiver.identity === null || isStill(waiver.identity, endpoint, survey))
  );
}

/** Nobody but the identity that was accepted answers on the endpoint. */
function isStill(label: string, endpoint: Finding['endpoint'], { observations }: Survey): boolean {
  const labels = observations.flatMap((seen) =>
    seen.endpoint === endpoint && seen.state === 'open' && seen.identity ? [seen.identity.label] : [],
  );
  return labels.length > 0 && labels.every((known) => known === label);
}
