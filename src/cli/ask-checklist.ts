import type { Dialog } from './dialog.js';
import { LONGEST } from '../files/checklists/checklist-answers.js';
import { type ChecklistAnswer, type ChecklistItem, type Role, ROLES } from '../model/checklist.js';
import { renderQuestion } from '../reports/checklist-table.js';

const ANSWERS: Readonly<Record<string, ChecklistAnswer | 'skip'>> = {
  ...{ y: 'yes', yes: 'yes', n: 'no', no: 'no', na: 'not-applicable', 'n/a': 'not-applicable' },
  ...{ u: 'unknown', unknown: 'unknown', s: 'skip', skip: 'skip', '': 'skip' },
};
const QUESTION = 'Is it so? y, n, na (does not apply), u (not known), Enter to skip: ';

/** Asks who answers, as far as that is not given; null where the input ended. */
export async function askAnswerer(
  dialog: Dialog,
  given: { readonly by: string | undefined; readonly role: Role | undefined },
): Promise<{ by: string; role: Role } | null> {
  const fits = (text: string) => text !== '' && text.length <= LONGEST.by;
  const by = given.by ?? (await askUntil(dialog, 'Your name: ', (text) => (fits(text) ? text : undefined)));
  if (by === null) return null;
  const choices = `${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}`;
  const findRole = (text: string) => ROLES.find((role) => role === text.toLowerCase());
  const role = given.role ?? (await askUntil(dialog, `You answer as ${choices}: `, findRole));
  return role === null ? null : { by, role };
}

/** What is done with an answer before the next item is asked. */
export type KeepAnswer = (item: ChecklistItem, given: { answer: ChecklistAnswer; note: string }) => Promise<void>;

/** Asks items one by one. False where the input ended first: what was answered until then is kept. */
export async function askItems(
  dialog: Dialog,
  items: readonly ChecklistItem[],
  width: number,
  keep: KeepAnswer,
): Promise<boolean> {
  for (const [index, item] of items.entries()) {
    dialog.tell(renderQuestion(item, `${index + 1} of ${items.length}`, width));
    const answer = await askUntil(dialog, QUESTION, (text) => readWord(text));
    if (answer === null) return false;
    if (answer === 'skip') continue;
    const needsNote = answer === 'no' || answer === 'not-applicable';
    const note = needsNote ? await askUntil(dialog, 'Note (Enter for none): ', readNote) : '';
    // Whoever ends at the note has answered all the same.
    await keep(item, { answer, note: note ?? '' });
    if (note === null) return false;
  }
  return true;
}

function readWord(text: string): ChecklistAnswer | 'skip' | undefined {
  const word = text.toLowerCase();
  return Object.hasOwn(ANSWERS, word) ? ANSWERS[word] : undefined;
}

function readNote(text: string): string | undefined {
  return text.length <= LONGEST.note ? text : undefined;
}

/** Asks until the answer can be read; null where the input ended. */
async function askUntil<T>(dialog: Dialog, question: string, read: (text: string) => T | undefined): Promise<T | null> {
  for (;;) {
    const text = await dialog.ask(question);
    if (text === null) return null;
    const value = read(text);
    if (value !== undefined) return value;
  }
}
