import type { Report } from '../model/report.js';
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
  /** More than one target: one row, line or element each. */
  readonly many: boolean;
}

/** Renders the reports of one run in the order in which they finish; keeps no report. */
export interface ReportWriter {
  /** What stands before the first report; call once. */
  begin(): string;
  /** One report; whatever the target sent is escaped for the place. */
  report(report: Report): string;
  /** What stands after the last report; call once, also when there was none. */
  end(): string;
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
  create(style: ReportStyle): ReportWriter;
}
