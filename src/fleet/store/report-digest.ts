import { createHash } from 'node:crypto';
import { isRandomCanary } from '../../model/canary.js';
import type { Evidence, Report, ReportedObservation } from '../../model/report.js';
import type { ReportedFinding } from '../../model/finding.js';

/** Stands for the target's address. No JSON text holds it: in strings, control characters are escaped. */
export const ADDRESS_MARK = '\x1a';

/** What a digest leaves out of a report, and what it has in another form. */
const APART = {
  ...{ target: null, authorization: null, startedAt: null, durationMs: null },
  ...{ findings: null, observations: null, unlisted: null, undetermined: null, errors: null },
} as const satisfies Partial<Record<keyof Report, null>>;

/**
 * SHA-256 of what a report tells: equal for two looks that saw the same. Left out is what differs from look to look
 * though nothing has changed: the target (its address within texts too), who allowed it, times and tries, signs of
 * life, the bodies of answers, counters, the random ports of the canaries, and the order of what has none.
 */
export function digestReport(report: Report): Buffer {
  const { target, summary, findings, observations, unlisted, undetermined, liveness, errors } = report;
  const steady = createSteadyText(observations.filter(isRandomCanary).map(({ endpoint }) => endpoint));
  const rest = { ...report, ...APART, summary: steady(summary), liveness: liveness.recheck?.answered ?? null };
  const lists = [
    [JSON.stringify(rest)],
    sortAsJson(findings.map((finding) => steadyFinding(finding, steady))),
    sortAsJson(observations.map(steadyObservation)),
    sortAsJson(Object.entries(unlisted)),
    sortAsJson(undetermined.map((one) => ({ ...one, what: steady(one.what), why: steady(one.why) }))),
    sortAsJson(errors.map((error) => ({ ...error, message: steady(error.message) }))),
  ];
  // JSON of one line holds no line break, so that nothing can pass for the end of a list.
  const text = lists.map((list) => list.join('\n')).join('\n\n');
  return createHash('sha256').update(maskAddress(text, target.address)).digest();
}

/** Puts {@link ADDRESS_MARK} for an address wherever JSON text holds it. */
export function maskAddress(json: string, address: string | null): string {
  return address ? json.replaceAll(address, ADDRESS_MARK) : json;
}

/** Creates what leaves times and the ports of canaries out of a text. */
function createSteadyText(canaries: readonly string[]): (text: string) => string {
  const mention = canaries.length > 0 ? new RegExp(`\\b(?:${canaries.join('|')})\\b`) : null;
  return (text) => {
    const timeless = text.replace(/\b\d+ ms\b/g, '# ms');
    const parts = mention ? timeless.split(mention) : [timeless];
    // Lists are in the order of ports, so a canary can stand anywhere in them.
    return parts.length === 1
      ? timeless
      : parts
          .join('canary')
          .split(/[\s,]+/)
          .sort()
          .join(' ');
  };
}

function steadyFinding(finding: ReportedFinding, steady: (text: string) => string): object {
  const { title, seen, matters, remedy, endpoint, observations } = finding;
  return {
    ...finding,
    title: steady(title),
    seen: steady(seen),
    matters: steady(matters),
    remedy: steady(remedy),
    endpoint: endpoint && steady(endpoint),
    observations: observations.map(steady).sort(),
  };
}

function steadyObservation(seen: ReportedObservation): object {
  if (isRandomCanary(seen)) return { probe: seen.probe, state: seen.state, reason: seen.reason };
  return { ...seen, rttMs: null, tries: 0, atMs: 0, evidence: steadyEvidence(seen.evidence) };
}

function steadyEvidence(evidence: Evidence): object {
  const { http, login, sip, ssdp, natPmp } = evidence;
  if (!(http ?? login ?? sip ?? ssdp ?? natPmp)) return evidence;
  return {
    ...evidence,
    http: http && { ...http, body: '', truncated: false },
    login: login && { ...login, body: '', truncated: false },
    sip: sip && { ...sip, body: '' },
    ssdp: ssdp && sortAsJson(ssdp),
    natPmp: natPmp && { ...natPmp, epoch: null },
  };
}

function sortAsJson(items: readonly unknown[]): string[] {
  return items.map((item) => JSON.stringify(item)).sort();
}
