import { createHash } from 'node:crypto';
import type { Evidence, Finding, Report, ReportedObservation } from '../model/report.js';

/** Stands for the target's address. No JSON text holds it: in strings, control characters are escaped. */
export const ADDRESS_MARK = '\x1a';

/** The canary that is no random port. */
const FIXED_CANARY = 'tcp/2000';

/**
 * SHA-256 of what a report tells: equal for two looks that saw the same. Left out is what differs from look to look
 * though nothing has changed: the target (its address within texts too), who allowed it, times and tries, signs of
 * life, the bodies of answers, counters, the random ports of the canaries, and the order of what has none.
 */
export function digestReport(report: Report): Buffer {
  const { target, authorization: _allowed, startedAt: _start, durationMs: _duration, ...content } = report;
  const { observations } = content;
  const steady = createSteadyText(observations.filter(isRandomCanary).map(({ endpoint }) => endpoint));
  const json = JSON.stringify({
    ...content,
    summary: steady(content.summary),
    findings: sortAsJson(content.findings.map((finding) => steadyFinding(finding, steady))),
    observations: sortAsJson(observations.map(steadyObservation)),
    unlisted: sortAsJson(Object.entries(content.unlisted)),
    undetermined: sortAsJson(
      content.undetermined.map((one) => ({ ...one, what: steady(one.what), why: steady(one.why) })),
    ),
    liveness: content.liveness.recheck?.answered ?? null,
    errors: sortAsJson(content.errors.map((error) => ({ ...error, message: steady(error.message) }))),
  });
  return createHash('sha256').update(maskAddress(json, target.address)).digest();
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

function steadyFinding(finding: Finding, steady: (text: string) => string): object {
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

function isRandomCanary({ probe, endpoint }: ReportedObservation): boolean {
  return probe.startsWith('canary-') && endpoint !== FIXED_CANARY;
}

function steadyObservation(seen: ReportedObservation): object {
  const { probe, state, reason, evidence, rttMs: _rtt, tries: _tries, atMs: _at, ...rest } = seen;
  return isRandomCanary(seen)
    ? { probe, state, reason }
    : { ...rest, probe, state, reason, ...steadyEvidence(evidence) };
}

function steadyEvidence({ http, login, sip, ssdp, natPmp, ...rest }: Evidence): object {
  return {
    evidence: rest,
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
