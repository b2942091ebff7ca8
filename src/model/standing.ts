import type { SlotState } from './change.js';
import { type ReportData, VERDICTS } from './report.js';

/** How a site stands, as it is shown and filtered: the verdict, with silence that nothing vouches for told apart. */
export const STANDINGS = [...VERDICTS, 'no-answer'] as const;
export type Standing = (typeof STANDINGS)[number];

/** How a report says that the site stands. */
export function standingOf({ verdict, findings }: Pick<ReportData, 'verdict' | 'findings'>): Standing {
  const silent = findings.some(({ about, effect }) => about === 'silence' && effect === 'inconclusive');
  return verdict === 'inconclusive' && silent ? 'no-answer' : verdict;
}

/** How a slot of a client stands. */
export function standingOfSlot({ verdict, noAnswer }: Pick<SlotState, 'verdict' | 'noAnswer'>): Standing {
  return verdict === 'inconclusive' && noAnswer ? 'no-answer' : verdict;
}
