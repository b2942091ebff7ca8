import { csv } from './csv.js';
import { html } from './html.js';
import { json } from './json.js';
import { markdown } from './markdown.js';
import { ndjson } from './ndjson.js';
import type { Reporter } from './reporter.js';
import { table } from './table.js';

/** Every form of output, by id. */
export const REPORTERS = { table, json, ndjson, csv, html, markdown } as const satisfies Record<string, Reporter>;

/** Id of a form of output. */
export type ReportFormat = keyof typeof REPORTERS;

/** The ids, in the order in which help texts name them. */
export const REPORT_FORMATS = Object.keys(REPORTERS) as ReportFormat[];

/** What a command shows that is not the reports of addresses alone. */
export type Shown = keyof NonNullable<Reporter['unfit']>;

/** Why forms of output do not show something, by id. */
export function listUnfit(shown: Shown): Readonly<Record<string, string>> {
  const unfit = Object.values<Reporter>(REPORTERS).map(({ id, unfit: reasons }) => [id, reasons?.[shown]] as const);
  return Object.fromEntries(unfit.flatMap(([id, reason]) => (reason === undefined ? [] : [[id, reason]])));
}
