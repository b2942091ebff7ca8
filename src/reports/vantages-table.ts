import type { Report } from '../model/report.js';
import { renderCount } from '../words/sentence.js';
import { indent, type Page, renderHanging } from './blocks.js';
import { type Column, layOut } from './columns.js';
import { STANDING_MARKS } from './paint.js';
import { compareViews, listViews } from './vantage-views.js';

/** Columns of the name of a vantage, above what it saw. */
const MOST_NAME = 16;

/** Each of several vantages with its own result, and the endpoints that they did not see alike; nothing if it was one. */
export function renderVantages(report: Report, { width, paint }: Page): string[] {
  const views = listViews(report);
  if (views.length === 0) return [];
  const lines = views.flatMap(({ name, from, at, standing }) => {
    const result = standing === null ? '' : `${STANDING_MARKS[standing].label}, `;
    return renderHanging('  ', 4, `${name}: ${result}${from}${at === null ? '' : `, ${at}`}`, width);
  });
  return ['', paint('bold', 'SEEN FROM'), ...lines, ...renderComparison(report, width)];
}

function renderComparison(report: Report, width: number): string[] {
  const compared = compareViews(report);
  if (!compared) return [];
  const { names, rows, more } = compared;
  if (rows.length === 0)
    return ['', ...indent('Nothing is open to any of them, and they saw all endpoints alike.', width)];
  const columns: Column[] = [
    { title: 'ENDPOINT', most: 9 },
    ...names.map((name) => ({ title: name.slice(0, MOST_NAME), most: MOST_NAME })),
    { title: 'SERVICE', most: Infinity },
  ];
  const cells = rows.map(({ endpoint, service, states }) => [
    endpoint,
    ...states.map((state) => state ?? '-'),
    service ?? '',
  ]);
  return [
    '',
    ...layOut(columns, cells, width - 2).map((line) => `  ${line}`),
    ...(more > 0 ? indent(`and ${renderCount(more, 'more endpoint')}: --format json lists them all`, width) : []),
  ];
}
