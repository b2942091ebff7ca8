import type { HandedReport } from '../../model/client.js';
import type { Store } from '../store/store.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What is made again so soon is the same report once more: it lists the same changes. */
export const SAME_REPORT_MS = 12 * HOUR_MS;

/** A change may be stored so much later than at its time, where another process keeps the store: a report then lacks it. */
const LATE_MS = 300_000;

/** For how long changes are listed where no report was handed over before. */
const FIRST_REPORT_MS = 30 * DAY_MS;

/** A check that was longer ago, more than a month, proves nothing good about now. */
export const LONGEST_CURRENT_MS = 32 * DAY_MS;

/** What a report is about, besides the newest checks. */
export interface ReportSpan {
  /** From when on changes are listed. */
  readonly since: Date;
  /** The end of the report that was handed over before, where changes are listed from there on. */
  readonly lastReport: Date | null;
  /** A check before that proves nothing good. */
  readonly currentSince: Date;
}

/**
 * What a report of a client up to a time is about: what changed since the last one that was handed over at least 12 h before,
 * or in 30 days; or since a time that was asked for, and then no check before it is current.
 */
export async function chooseSpan(
  store: Pick<Store, 'handed'>,
  clientId: string,
  { since, until }: { readonly since: Date | null; readonly until: Date },
): Promise<ReportSpan> {
  const oldest = new Date(until.getTime() - LONGEST_CURRENT_MS);
  if (since !== null) return { since, lastReport: null, currentSince: since > oldest ? since : oldest };
  const last = await store.handed.findLast(clientId, new Date(until.getTime() - SAME_REPORT_MS));
  const lastReport = last ? new Date(last.until) : null;
  return {
    since: new Date(lastReport ? lastReport.getTime() - LATE_MS : until.getTime() - FIRST_REPORT_MS),
    lastReport,
    currentSince: oldest,
  };
}

/** A report up to a time that is handed over now; no report reaches beyond now. */
export function handOver(clientId: string, until: Date, how: HandedReport['how'], now: Date): HandedReport {
  return { clientId, until: (until < now ? until : now).toISOString(), how, at: now.toISOString() };
}

/**
 * Notes that a report was handed over, unless changes before it would never be told: those since the last one, or of
 * 30 days, that it does not list. Says whether it is noted.
 */
export async function noteHanded(store: Pick<Store, 'handed'>, report: HandedReport, since: Date): Promise<boolean> {
  const until = new Date(report.until);
  const usual = await chooseSpan(store, report.clientId, { since: null, until });
  if (since > usual.since) return false;
  await store.handed.add(report);
  return true;
}
