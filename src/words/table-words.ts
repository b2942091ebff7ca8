import type { Report } from '../model/report.js';
import type { ReportedFinding } from '../model/finding.js';
import { SEVERITIES } from '../model/severity.js';

/** A duration in at most six columns (up to 27 hours): `85 ms`, `3.4 s`, `45 s`, `12 min`, `3 h`. */
export function renderDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  if (seconds < 99.5 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** A time of the report (ISO 8601, UTC) without fractions: `2026-01-03 10:22:31 UTC`. */
export function renderTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

/** `1 finding`, `2 findings`: regular plurals only. */
export function renderCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Worst first, and what was accepted last; findings of one severity keep the order of the rules. Where there is no
 * verdict, what keeps us from one comes before all others.
 */
export function sortFindings({ findings, verdict }: Report): ReportedFinding[] {
  const comesFirst = (finding: ReportedFinding) => verdict === 'inconclusive' && finding.effect === 'inconclusive';
  return [...findings].sort(
    (a, b) =>
      Number(comesFirst(b)) - Number(comesFirst(a)) ||
      Number(Boolean(a.waiver)) - Number(Boolean(b.waiver)) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

/** Who accepted a finding, until when and why: `accepted by Ann until 2027-01-31: moves in June`. */
export function renderWaiver({ by, until, reason }: NonNullable<ReportedFinding['waiver']>): string {
  return `accepted by ${by} until ${until}: ${reason}`;
}
