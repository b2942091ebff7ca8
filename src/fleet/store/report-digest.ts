import { createHash } from 'node:crypto';
import { isRandomCanary } from '../../model/canary.js';
import { isTurned } from '../../model/answer-kind.js';
import type { Evidence } from '../../model/evidence.js';
import { bareReport, type ReportData, type ReportedObservation, type VantageLook } from '../../model/report.js';
import { steadyLook } from './vantage-bodies.js';

/** Stands for the target's address. No JSON text holds it: in strings, control characters are escaped. */
export const ADDRESS_MARK = '\x1a';

/** Stands for the endpoint of a random canary. */
const CANARY_MARK = 'canary';

/** What a digest leaves out of a report, and what it has in another form. */
const APART = {
  ...{ target: null, authorization: null, startedAt: null, durationMs: null },
  ...{ findings: null, observations: null, unlisted: null, undetermined: null, errors: null },
} as const satisfies Partial<Record<keyof ReportData, null>>;

/**
 * SHA-256 of what a report tells, as data: equal for two looks that saw the same. Left out is what differs from look to
 * look though nothing has changed: the target (its address within texts too), who allowed it, times and tries, signs of
 * life, the bodies of answers, counters, the random ports of the canaries, and the order of what has none. No words are
 * read.
 */
export function digestReport(report: ReportData): Buffer {
  const { vantages, ...data } = bareReport(report);
  const { target, findings, observations, unlisted, undetermined, liveness, errors } = data;
  const canaries = new Set<unknown>(observations.filter(isRandomCanary).map(({ endpoint }) => endpoint));
  const sortSteady = (items: readonly unknown[]) => sortAsJson(items.map((item) => steady(item, canaries)));
  const lists = [
    [JSON.stringify({ ...data, ...APART, liveness: liveness.recheck.some(isTurned) })],
    sortSteady(findings),
    sortAsJson(observations.map(steadyObservation)),
    sortAsJson(Object.entries(unlisted)),
    sortSteady(undetermined),
    sortAsJson(errors.map(({ unit, message }) => ({ unit, message: steadyMessage(message, canaries) }))),
    ...(vantages ? [vantages.map((look) => digestLook(look, report))] : []),
  ];
  // JSON of one line holds no line break, so that nothing can pass for the end of a list.
  const text = lists.map((list) => list.join('\n')).join('\n\n');
  return createHash('sha256').update(maskAddress(text, target.address)).digest();
}

function digestLook(look: VantageLook, first: ReportData): string {
  const own = look.report && digestReport(look.report).toString('hex');
  return JSON.stringify({ ...steadyLook(look, first), own });
}

/** Puts {@link ADDRESS_MARK} for an address wherever JSON text holds it. */
export function maskAddress(json: string, address: string | null): string {
  return address ? json.replaceAll(address, ADDRESS_MARK) : json;
}

/** Data with a mark for each canary. Lists are in the order of ports, so that in one of them a canary can stand anywhere. */
function steady(value: unknown, canaries: ReadonlySet<unknown>): unknown {
  if (canaries.has(value)) return CANARY_MARK;
  if (Array.isArray(value)) {
    const items = value.map((item) => steady(item, canaries));
    return items.includes(CANARY_MARK) ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, steady(item, canaries)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => Number(a > b) - Number(a < b)));
}

/** The message of a probe that failed begins with its endpoint. */
function steadyMessage(message: string, canaries: ReadonlySet<unknown>): string {
  const end = message.indexOf(':');
  return canaries.has(message.slice(0, end)) ? CANARY_MARK + message.slice(end) : message;
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
