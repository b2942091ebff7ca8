import type { ReportData, Target, VantageLook } from '../../model/report.js';

/*
 * The reports of vantages within the body of one that joins them. A body is shared by all that saw the same, at other
 * times and at other clients: what belongs to one look only is taken out, and put in again from the look.
 */

/** A vantage's look as a body has it. */
interface PackedLook extends Omit<VantageLook, 'report'> {
  readonly report: PackedReport | null;
}

interface PackedReport extends Omit<ReportData, 'target' | 'authorization' | 'startedAt' | 'vantages'> {
  /** When it began, in milliseconds since the first: as exact as {@link MINUTE}, for looks that saw the same share it. */
  readonly offsetMs: number;
  /** Only if it looked at another address than the first. */
  readonly address?: string | null;
}

/** What stands with a result, and not in its body. */
interface Look {
  readonly target: Target;
  readonly authorization: string | null;
  readonly startedAt: string;
}

const MINUTE = 60_000;

/** The looks of vantages for the body of the report that joins them. */
export function packVantages({ vantages = [], target, startedAt }: ReportData): PackedLook[] {
  return vantages.map(({ name, report, trouble }) => ({
    name,
    trouble,
    report: report && packReport(report, { target, startedAt }),
  }));
}

function packReport(report: ReportData, first: Pick<Look, 'target' | 'startedAt'>): PackedReport {
  const { target, authorization: _allowed, startedAt, vantages: _none, ...content } = report;
  const { address } = target;
  const offsetMs = Date.parse(startedAt) - Date.parse(first.startedAt);
  return { ...content, offsetMs, ...(address !== first.target.address && { address }) };
}

/** Inverse of {@link packVantages}: of a vantage's own time, to the minute. */
export function unpackVantages(packed: readonly PackedLook[], look: Look): VantageLook[] {
  return packed.map(({ name, report, trouble }) => ({ name, report: report && unpackReport(report, look), trouble }));
}

function unpackReport(packed: PackedReport, { target, authorization, startedAt }: Look): ReportData {
  const { schema, tool, vantage, profile, offsetMs, address, ...rest } = packed;
  return {
    ...{ schema, tool },
    target: address === undefined ? target : { ...target, address },
    ...{ vantage, profile, authorization },
    startedAt: new Date(Date.parse(startedAt) + offsetMs).toISOString(),
    ...rest,
  };
}

/** What of a vantage's look decides whether two looks saw the same, beside its own report. */
export function steadyLook({ name, report, trouble }: VantageLook, first: ReportData): object {
  if (!report) return { name, trouble };
  const { offsetMs, address } = packReport(report, first);
  return { name, minutes: Math.round(offsetMs / MINUTE), address };
}
