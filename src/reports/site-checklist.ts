import type { ChecklistState } from '../model/checklist.js';
import { CHECKLIST_MARKS, describeAnswer } from './checklist-table.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import type { Paint } from './paint.js';
import { indent } from './table-blocks.js';

const MARK_COLUMN = 2;
const TEXT_COLUMN = 16;
const NAME = 60;

/** The answers to the checklist in a site's report: what was said, by whom, when; items without one are counted. */
export function renderSiteChecklist(state: ChecklistState | null, width: number, paint: Paint): string[] {
  if (!state) return [];
  const answered = state.items.filter(({ at, state: one }) => at !== null && one !== 'missing');
  const missing = state.items.filter((item) => item.state === 'missing').length;
  const lines = answered.flatMap((item) => {
    const { label, format } = CHECKLIST_MARKS[item.state];
    const [first = '', ...rest] = wrapText(forTerminal(`${item.title}: ${describeAnswer(item)}`), width - TEXT_COLUMN);
    const mark = ' '.repeat(MARK_COLUMN) + paint(format, label.padEnd(TEXT_COLUMN - MARK_COLUMN));
    return [mark + first, ...rest.map((line) => ' '.repeat(TEXT_COLUMN) + line)];
  });
  const open = missing > 0 ? indent(`${missing} without an answer: sallyport checklist asks for them`, width) : [];
  return [...lines, ...open].length > 0
    ? ['', `${paint('bold', 'CHECKLIST')} ${forTerminalLine(state.checklist, NAME)}`, ...lines, ...open]
    : [];
}
