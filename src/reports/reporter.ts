import type { Brand } from '../model/brand.js';
import type { SaidChange, Unseen } from '../model/change.js';
import type { ClientCard } from '../model/client.js';
import type { Report, Verdict } from '../model/report.js';
import type { Severity } from '../model/severity.js';
import type { ClientStanding } from '../model/standing.js';
import type { CsvSeparator } from './csv-rows.js';

/** How the reader wants to see it. */
export interface ReportStyle {
  /** Whether SGR colours may be used; information never depends on them. */
  readonly color: boolean;
  /** Columns of the terminal; 80 where they are not known. */
  readonly width: number;
  /** Whether to tell why each endpoint has its state, and list every endpoint. */
  readonly reasons: boolean;
  /** Whether to show everything, also what is the same in most reports. */
  readonly full?: boolean | undefined;
  /** What stands between the cells of CSV; a comma if left out. */
  readonly csvSeparator?: CsvSeparator | undefined;
  /** From which severity on a monitor calls a violation critical, and not a warning; all are if left out. */
  readonly criticalFrom?: Severity | undefined;
  /** Whether what was seen at a time (ISO 8601) is too old for a monitor to rely on; never if left out. */
  readonly isStale?: ((at: string) => boolean) | undefined;
  /** The last line below many targets, if not all are compliant; how to check one again if left out. */
  readonly help?: string | undefined;
  /** Who hands the report over, for documents. */
  readonly brand?: Brand | null | undefined;
  /** Characters of the longest id and address of a list of clients, where they are known. */
  readonly longest?: { readonly id: number; readonly address: number } | undefined;
  /** More than one target: one row, line or element each. */
  readonly many: boolean;
}

/** What is known of a report where a client is swept. */
export interface Swept {
  readonly client: ClientCard;
  readonly slot: string;
  /** Exposures that stand although the report does not show them. */
  readonly unseen: number;
  /** What they are, where that is at hand. */
  readonly lost?: readonly Unseen[];
}

/** A client that was not checked, and why. */
export interface Unchecked {
  readonly client: Pick<ClientCard, 'id' | 'name'>;
  readonly reason: string;
  /** It was checked, and its report is there: that was too long ago. */
  readonly isOld?: boolean | undefined;
}

/** How a run ended: what no single report of it says. */
export interface RunEnd {
  /** The worst of all, in which what was not checked is unknown; a failure where an error ended it. */
  readonly outcome: Verdict | 'failure';
  /** Why the reports are not all that there is to say, such as that the run was cut off; a sentence each. */
  readonly troubles: readonly string[];
  /** Clients that were not checked; there may be more than are listed. */
  readonly unchecked: readonly Unchecked[];
}

/** Renders the reports of one run in the order in which they finish; keeps no report. */
export interface ReportWriter {
  /** What stands before the first report; call once. */
  begin(): string;
  /** One report, and the client that it is of, if any; whatever the target sent is escaped for the place. */
  report(report: Report, swept?: Swept): string;
  /** What stands after the last report; call once, also when there was none. */
  end(run: RunEnd): string;
  /** After the end: the exit code, where those who read this form have codes of their own. */
  exitCode?(): number;
}

/** Final result of one slot of a client. */
export interface SweepRow extends Swept {
  readonly sweepId: number;
  readonly report: Report;
  readonly changes: readonly SaidChange[];
}

/** Results of a sweep, counted. */
export interface SweepResults {
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Those that are inconclusive, of addresses where an exposure stands that they did not see. */
  readonly unseen: number;
}

/** What stands below the rows of a sweep. */
export interface SweepSummary {
  /** As {@link RunEnd} has it. */
  readonly outcome: Verdict;
  /** Clients that could not be checked, or of which all is excluded, with the reason. */
  readonly failed: readonly Unchecked[];
  readonly sweepId: number;
  readonly interrupted: boolean;
  /** Results that stand from before, where the sweep was continued. */
  readonly results: SweepResults;
  /** Clients that were not probed, with the reason; there may be more than are listed. */
  readonly skipped: readonly Unchecked[];
  readonly skippedCount: number;
  readonly pausedCount: number;
  /** Results that prove nothing, since the vantage was broken. */
  readonly blind: number;
  /** Results that do not count, since many clients fell silent at once. */
  readonly held: number;
}

/** Renders the results of a sweep as they come; keeps none of them. */
export interface SweepWriter {
  begin(): string;
  result(row: SweepRow): string;
  end(summary: SweepSummary): string;
  /** As {@link ReportWriter} has it. */
  exitCode?(): number;
}

/** Renders how clients stand, one by one. */
export interface ClientsWriter {
  begin(): string;
  client(standing: ClientStanding): string;
  /** What stands after the last client, in pieces: there may be very much of it. */
  end(): readonly string[] | Generator<string>;
  /** As {@link ReportWriter} has it. */
  exitCode?(): number;
}

/**
 * A form of output. Pure: reports in, text out; only the command line prints. Whole lines come out,
 * so that the three parts can be joined as they are.
 */
export interface Reporter {
  /** File name, registry key and value of `--format`. */
  readonly id: string;
  /** What it is good for, for people. */
  readonly title: string;
  /** How files of this form end, besides its id: without the first dot, lower case. */
  readonly endings?: readonly string[];
  /** Why it does not show a sweep, how clients stand, or the report of a site: a sentence. */
  readonly unfit?: { readonly sweep?: string; readonly clients?: string; readonly site?: string };
  create(style: ReportStyle): ReportWriter;
  /** Renders a sweep over so many clients, where that is more than its reports one by one. */
  createSweep?(style: ReportStyle, clients: number): SweepWriter;
  /** Renders how clients stand; left out where `unfit` has the reason. */
  createClients?(style: ReportStyle): ClientsWriter;
  /** What the readers of this form get on standard output where the command fails, and the exit code for it. */
  fail?(problem: string): { readonly text: string; readonly exitCode: number };
}
