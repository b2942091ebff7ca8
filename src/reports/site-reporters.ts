import type { ReportedFinding } from '../model/finding.js';
import type { SiteChanges } from '../model/site-change.js';
import type { SiteReport } from '../model/site.js';
import { describeHandover, handOverSite } from './document/handover-document.js';
import { renderPage } from './document/html-page.js';
import { renderMarkdown } from './document/markdown-page.js';
import type { ReportDocument } from './document/report-document.js';
import { describeSiteChanges } from './document/site-blocks.js';
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
  html: (report, changes, { brand = null }) => renderPage(describeSiteReport(report, changes), brand),
  markdown: (report, changes) => renderMarkdown(describeSiteReport(report, changes)),
} as const satisfies Record<string, SiteReporter>;

function describeSiteReport(report: SiteReport, changes: SiteChanges<ReportedFinding> | null): ReportDocument {
  const document = describeHandover(handOverSite(report));
  return { ...document, blocks: [...document.blocks, ...(changes ? describeSiteChanges(changes) : [])] };
}

/** The ids, in the order in which help texts name them. */
export const SITE_FORMATS = Object.keys(SITE_REPORTERS) as (keyof typeof SITE_REPORTERS)[];
