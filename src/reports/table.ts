import { limitWidth } from '../words/layout.js';
import type { Reporter } from './reporter.js';
import { createRows } from './table-rows.js';
import { renderAddress } from './table-site.js';

/** Wider lines of prose read badly; rows don't. */
const MOST_COLUMNS = { site: 100, rows: 160 };

/** For people: one target in full, many as a row each. */
export const table: Reporter = {
  id: 'table',
  title: 'text for people: one target in full, many as a row each',
  create(style) {
    if (style.many) return createRows({ ...style, width: limitWidth(style.width, MOST_COLUMNS.rows) });
    const site = { ...style, width: limitWidth(style.width, MOST_COLUMNS.site) };
    return { begin: () => '', report: (report) => renderAddress(report, site), end: () => '' };
  },
};
