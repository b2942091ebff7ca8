import type { ChecklistState } from '../../model/checklist.js';
import { renderCount } from '../../words/sentence.js';
import { CHECKLIST_MARKS, describeAnswer } from '../checklist-table.js';
import type { Todo } from './finding-blocks.js';
import type { Block } from './report-document.js';
import { FIXED_BY_WORDS, ROLE_WORDS, TEXTS } from './strings.js';

type ItemState = ChecklistState['items'][number];

/** What someone answered is not done. */
function listNotDone(checklist: ChecklistState | null): readonly ItemState[] {
  return checklist?.items.filter(({ state }) => state === 'refused') ?? [];
}

/** What is not done by the checklist, each with who said so. */
export function nameNotDone(checklist: ChecklistState | null): string[] {
  return listNotDone(checklist).map((item) => `${nameItem(item)} (${describeAnswer(item)})`);
}

/** How much is not done by the checklist, a sentence after another; empty if nothing is. */
export function countNotDone(checklist: ChecklistState | null): string {
  const count = listNotDone(checklist).length;
  return count === 0 ? '' : ` By the checklist, ${renderCount(count, 'thing is', 'things are')} not done.`;
}

/** The first page: what is not done by the checklist. */
export function tellNotDone(checklist: ChecklistState | null): Block[] {
  const items = nameNotDone(checklist);
  return items.length === 0
    ? []
    : [
        { kind: 'text', text: `${TEXTS.notDone}:` },
        { kind: 'list', ordered: false, items },
      ];
}

/**
 * What to do about what is not done by the checklist, and who does it.
 * @param told ids of items that are told already
 */
export function listChecklistTodo(checklist: ChecklistState | null, told: ReadonlySet<unknown> = new Set()): Todo[] {
  const items = listNotDone(checklist).filter(({ id }) => !told.has(id));
  return items.map((item) => ({ remedy: `${TEXTS.notYet}: ${item.title}. ${item.how}`, who: nameDoers(item) }));
}

function nameDoers({ programs, attestedBy = [], role }: ItemState): string {
  if (programs.length > 0)
    return `${FIXED_BY_WORDS['phone-system']} (NEC ${programs.length > 1 ? 'programs' : 'program'} ${programs.join(', ')})`;
  if (attestedBy.length === 0) return role ?? '';
  return attestedBy.map((one) => ROLE_WORDS[one]).join('; ');
}

function nameItem({ title, programs }: ItemState): string {
  return programs.length > 0 ? `${title} (NEC ${programs.join(', ')})` : title;
}

/** How a client stands with its checklist. */
export function describeChecklist({ checklist, items }: ChecklistState): Block[] {
  const rows = items.map((item) => [
    nameItem(item),
    CHECKLIST_MARKS[item.state].label,
    item.at === null ? '' : describeAnswer(item),
  ]);
  return [
    { kind: 'heading', level: 2, text: `${TEXTS.checklist}: ${checklist}` },
    { kind: 'table', caption: TEXTS.checklistCaption, columns: TEXTS.checklistColumns, rows },
  ];
}
