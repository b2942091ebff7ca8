import { parseSchedule } from '../../files/clients/schedule.js';
import { formatDay } from '../../model/client.js';
import type { ReportPlan } from '../alerts/report-settings.js';

/** A report that is due. */
export interface DueReport {
  /** Its scheduled time: later checks are not in it. */
  readonly at: Date;
  /** From when on changes are listed. */
  readonly since: Date;
  /** What the time is called: `2026-11` where it is about a month, else the day of its end. */
  readonly period: string;
}

const DAY_MS = 86_400_000;
/** How many days a month has, with a change of clocks. */
const MONTH_DAYS = { least: 27.5, most: 31.5 };

/**
 * A report that came due after its last run, at the latest of its times that has passed: times that were missed are
 * made up for once, and what changed since the last run is in it. Null if none has passed.
 */
export function findDueReport(
  plan: Pick<ReportPlan, 'schedule' | 'timeZone'>,
  lastRun: Date,
  now: Date,
): DueReport | null {
  // The time that is given does not count itself.
  const [at] = parseSchedule(plan.schedule, plan.timeZone).previousRuns(1, new Date(now.getTime() + 1));
  return at && at > lastRun ? describeReport(plan, lastRun, at) : null;
}

/** A report up to a time, which need not be one of its schedule. */
export function describeReport(
  { schedule, timeZone }: Pick<ReportPlan, 'schedule' | 'timeZone'>,
  lastRun: Date | null,
  at: Date,
): DueReport {
  const [before = at] = parseSchedule(schedule, timeZone).previousRuns(1, at);
  const since = lastRun !== null && lastRun < before ? lastRun : before;
  return { at, since, period: namePeriod(before, at, timeZone) };
}

function namePeriod(begin: Date, end: Date, timeZone: string): string {
  const ms = end.getTime() - begin.getTime();
  const isMonth = ms >= MONTH_DAYS.least * DAY_MS && ms <= MONTH_DAYS.most * DAY_MS;
  return isMonth
    ? formatDay(new Date(begin.getTime() + ms / 2), timeZone).slice(0, 'YYYY-MM'.length)
    : formatDay(end, timeZone);
}
