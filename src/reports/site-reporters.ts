import type { ReportedFinding } from '../model/finding.js';
import type { SiteChanges } from '../model/site-change.js';
import type { SiteReport } from '../model/site.js';
import { renderJson } from './json.js';
import { renderSiteChanges } from './site-changes.js';
import { renderSite, type SiteStyle } from './site-table.js';

/** Renders the report of a site, and what changed since an earlier one where that is given; pure. */
export type SiteReporter = (
  report: SiteReport,
  changes: SiteChanges<ReportedFinding> | null,
  style: SiteStyle,
) => string;

/** Every form of a site report, by id. In JSON the changes are the last key. */
export const SITE_REPORTERS = {
  table: (report, changes, style) =>
    renderSite(report, style) + (changes ? `\n${renderSiteChanges(changes, style)}` : ''),
  json: (report, changes) => renderJson({ ...report, ...(changes && { changes }) }),
  ndjson: (report, changes) => renderJson({ ...report, ...(changes && { changes }) }, 0),
} as const satisfies Record<string, SiteReporter>;

/** The ids, in the order in which help texts name them. */
export const SITE_FORMATS = Object.keys(SITE_REPORTERS) as (keyof typeof SITE_REPORTERS)[];
