import type { AskedState, ReportData } from '../model/report.js';

/** How a control endpoint stands, by what checks asked of it. */
export interface ControlStanding {
  /** As it was given. */
  readonly endpoint: string;
  /** What it said the last time, and when; ISO 8601, UTC. */
  readonly last: AskedState;
  readonly askedAt: string;
  /** When it last answered; null if it did not in any of these checks. */
  readonly answeredAt: string | null;
  /** Checks that asked it, and those that it answered each time. */
  readonly asked: number;
  readonly answered: number;
}

/**
 * How the control endpoints of some checks stand, the one that was asked last first.
 * @param reports the one that was stored last first
 */
export function judgeControls(reports: readonly ReportData[]): ControlStanding[] {
  const standings = new Map<string, ControlStanding>();
  for (const report of reports) {
    const { control } = report.vantage;
    if (control === null) continue;
    const { endpoint, before, after } = control;
    const ended = new Date(Date.parse(report.startedAt) + report.durationMs).toISOString();
    const asked = [{ state: before, at: report.startedAt }, ...(after === null ? [] : [{ state: after, at: ended }])];
    const last = asked.at(-1)!;
    const answeredAt = asked.findLast(({ state }) => state === 'answered')?.at ?? null;
    const isWhole = asked.every(({ state }) => state === 'answered');
    const known = standings.get(endpoint) ?? {
      ...{ endpoint, last: last.state, askedAt: last.at, answeredAt: null },
      ...{ asked: 0, answered: 0 },
    };
    standings.set(endpoint, {
      ...known,
      answeredAt: known.answeredAt ?? answeredAt,
      asked: known.asked + 1,
      answered: known.answered + Number(isWhole),
    });
  }
  return [...standings.values()];
}
