import type { Report } from '../../model/report.js';
import type { Standing } from '../../model/standing.js';
import { renderCount } from '../../words/sentence.js';
import { compareViews, listViews } from '../vantage-views.js';
import type { Block, Cell } from './report-document.js';
import { STANDING_WORDS, TEXTS } from './strings.js';

/** Each of several vantages with its own result, and what they did not see alike; nothing if it was one. */
export function tellVantages(report: Report): Block[] {
  const views = listViews(report);
  if (views.length === 0) return [];
  const rows = views.map(({ name, from, at, standing }): Cell[] => [
    name,
    from,
    at ?? '',
    standing === null ? TEXTS.didNotLook : { standing, label: nameResult(standing) },
  ]);
  return [
    { kind: 'heading', level: 3, text: TEXTS.seenFrom },
    { kind: 'table', caption: TEXTS.seenFromCaption, columns: TEXTS.seenFromColumns, rows },
    ...tableCompared(report),
  ];
}

/** The look of one vantage alone is not what the address is: only the report says that it is as agreed. */
function nameResult(standing: Standing): string {
  return standing === 'compliant' ? TEXTS.nothingSeen : STANDING_WORDS[standing].label;
}

function tableCompared(report: Report): Block[] {
  const compared = compareViews(report);
  if (!compared) return [];
  const { names, rows, more } = compared;
  if (rows.length === 0) return [{ kind: 'text', text: TEXTS.seenAlike }];
  const cells = rows.map(({ endpoint, service, states }) => [
    service === null ? endpoint : `${endpoint} (${service})`,
    ...states.map((state) => state ?? TEXTS.notAsked),
  ]);
  return [
    { kind: 'table', caption: TEXTS.comparedCaption, columns: [TEXTS.answersColumns[0], ...names], rows: cells },
    ...(more > 0 ? [{ kind: 'text', text: `${renderCount(more, 'more endpoint')}.` } as const] : []),
  ];
}
