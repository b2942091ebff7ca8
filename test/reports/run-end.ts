import type { Unseen } from '../../src/model/change.js';
import type { Report, Verdict } from '../../src/model/report.js';
import type { Reporter, ReportStyle, RunEnd, Swept, SweepSummary } from '../../src/reports/reporter.js';

/** A run that has nothing to say besides its reports. */
export const WHOLE: RunEnd = { outcome: 'compliant', troubles: [], unchecked: [] };

/** A sweep that has nothing to say besides its results. */
export const WHOLE_SWEEP: SweepSummary = {
  ...{ outcome: 'compliant', sweepId: 1, interrupted: false, failed: [], skipped: [], skippedCount: 0 },
  results: { verdicts: { violation: 0, inconclusive: 0, compliant: 0 }, unseen: 0 },
  ...{ pausedCount: 0, blind: 0, held: 0 },
};

/** A client of a sweep, and a place of its own. */
export function sweptAs(id: string, slot = '203.0.113.7', unseen = 0): Swept {
  return { client: { id, name: `${id} Ltd`, group: 'north', tags: [], contacts: [] }, slot, unseen };
}

/** A client at whose address something stands that its report does not show. */
export function sweptLosing(id: string, severity: Unseen['severity'] = 'high'): Swept {
  const title = 'not seen since 2026-11-02: WebPro is open';
  const lost: Unseen[] = [
    { rule: 'admin-exposed', endpoint: 'tcp/80', severity, title, lostAt: '2026-11-02T03:00:00.000Z' },
  ];
  return { ...sweptAs(id, '203.0.113.7', lost.length), lost };
}

/** How a run that has these reports ends. */
export function endOf(reports: readonly Pick<Report, 'verdict'>[], change: Partial<RunEnd> = {}): RunEnd {
  const order: readonly Verdict[] = ['violation', 'inconclusive'];
  const outcome = order.find((one) => reports.some(({ verdict }) => verdict === one)) ?? 'compliant';
  return { ...WHOLE, outcome, ...change };
}

/** All that a reporter writes of a run, and its exit code where it has one. */
export function write(
  reporter: Reporter,
  reports: readonly Report[],
  { end, swept, style }: { end?: Partial<RunEnd>; swept?: Swept; style?: Partial<ReportStyle> } = {},
): { readonly text: string; readonly exitCode: number | undefined } {
  const writer = reporter.create({ color: false, width: 80, reasons: false, many: reports.length !== 1, ...style });
  const parts = [writer.begin(), ...reports.map((report) => writer.report(report, swept))];
  const text = [...parts, writer.end(endOf(reports, end))].join('');
  return { text, exitCode: writer.exitCode?.() };
}
