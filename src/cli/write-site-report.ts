import type { SiteReport } from '../model/site.js';
import { forJson } from '../words/escape.js';
import { renderSiteChanges } from '../reports/site-changes.js';
import { renderSite } from '../reports/site-table.js';
import { compareSites } from '../site/compare-sites.js';
import type { Settings } from './check-options.js';
import type { Output } from './output.js';
import { useColor } from './terminal.js';

/** How a site report is shown. */
export type SiteOutputSettings = Pick<Settings, 'format' | 'color'>;

/**
 * Writes the report of a site, and what changed since `before` where that is given. JSON is one document, NDJSON one
 * line; the changes are its last key.
 */
export async function writeSiteReport(
  report: SiteReport,
  before: SiteReport | null,
  { format = 'table', color }: SiteOutputSettings,
  output: Output,
): Promise<void> {
  const changes = before && compareSites(before, report);
  if (format !== 'table') {
    const document = changes ? { ...report, changes } : report;
    return output.write(`${forJson(JSON.stringify(document, null, format === 'json' ? 2 : 0))}\n`);
  }
  const style = output.toFile
    ? { color: false, width: 80 }
    : { color: useColor(color), width: process.stdout.columns || 80 };
  await output.write(renderSite(report, style));
  if (changes) await output.write(`\n${renderSiteChanges(changes, style)}`);
}
