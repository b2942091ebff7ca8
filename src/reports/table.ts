import { limitWidth } from '../words/layout.js';
import type { Reporter } from './reporter.js';
import { createRows } from './address-rows.js';
import { renderAddress } from './address-table.js';

/** Wider lines of prose read badly; rows don't. */
const MOST_COLUMNS = { prose: 100, rows: 160 };

/** For people: one target in full, many as a row each. */
export const table: Reporter = {
  id: 'table',
  title: 'text for people: one target in full, many as a row each',
  create(style) {
    if (style.many) return createRows({ ...style, width: limitWidth(style.width, MOST_COLUMNS.rows) });
    const width = limitWidth(style.width, MOST_COLUMNS.prose);
    return { begin: () => '', report: (report) => renderAddress(report, { ...style, width }), end: () => '' };
  },
};
