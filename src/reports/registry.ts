import { csv } from './csv.js';
import { defectdojo } from './defectdojo.js';
import { html } from './html.js';
import { json } from './json.js';
import { junit } from './junit.js';
import { markdown } from './markdown.js';
import { nagios } from './nagios.js';
import { ndjson } from './ndjson.js';
import { nmapXml } from './nmap-xml.js';
import { prometheus } from './prometheus.js';
import type { Reporter } from './reporter.js';
import { sarif } from './sarif.js';
import { table } from './table.js';

/** Every form of output, by id. */
export const REPORTERS = {
  table,
  json,
  ndjson,
  csv,
  html,
  markdown,
  nagios,
  prometheus,
  'nmap-xml': nmapXml,
  defectdojo,
  junit,
  sarif,
} as const satisfies Record<string, Reporter>;

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
