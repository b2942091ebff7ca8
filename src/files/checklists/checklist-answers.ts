import * as z from 'zod';
import { InputError, throwErrors } from '../text/input-error.js';
import { checkSchema, line } from '../text/check-schema.js';
import { type KeyPath, problemAt, readYaml } from '../text/yaml-document.js';
import {
  type Checklist,
  CHECKLIST_ANSWERS,
  type ChecklistAnswer,
  type ChecklistItem,
  type Role,
  ROLES,
  type StoredAnswer,
} from '../../model/checklist.js';
import { quoteInput, suggest } from '../../words/input.js';

const DAY_MS = 86_400_000;

/** Longest name and note, as the site report has them. */
export const LONGEST = { by: 128, note: 512 } as const;

/** How answers are written. */
const ANSWER_WORDS: Readonly<Record<string, ChecklistAnswer>> = {
  yes: 'yes',
  no: 'no',
  na: 'not-applicable',
  unknown: 'unknown',
};

const word = z.enum(Object.keys(ANSWER_WORDS), 'expected yes, no, na (does not apply) or unknown');

const answersFileSchema = z.strictObject({
  by: line(LONGEST.by).optional(),
  role: z.enum(ROLES, `expected ${ROLES.join(', ')}`).optional(),
  answers: z.record(z.string(), z.union([z.strictObject({ answer: word, note: line(LONGEST.note).optional() }), word])),
});

/** Who answers a file; what is given here holds instead of what the file says. */
export interface AnswersContext extends Omit<Answerer, 'by' | 'role'> {
  readonly by: string | undefined;
  readonly role: Role | undefined;
}

/**
 * Reads answers of one person from a YAML file (`by`, `role`, `answers`), all or none.
 * @throws InputError with a line, as `file:line:column: key: problem`, for each problem
 */
export async function loadAnswers(
  file: string,
  checklist: Checklist,
  context: AnswersContext,
): Promise<StoredAnswer[]> {
  const document = await readYaml(file);
  const data = checkSchema(document, answersFileSchema);
  const errors: InputError[] = [];
  const report = (path: KeyPath, problem: string) => errors.push(problemAt(document, path, problem));
  const start = document.place([]);
  const by = context.by ?? data.by;
  const role = context.role ?? data.role;
  if (by === undefined) errors.push(new InputError((names) => `who answers? give the key "by" or ${names.by}`, start));
  if (role === undefined)
    errors.push(new InputError((names) => `as whom? give the key "role" or ${names.role}`, start));
  const answers: StoredAnswer[] = [];
  for (const [id, given] of Object.entries(data.answers)) {
    if (by === undefined || role === undefined) break;
    const item = findAnswerable(checklist, id, role);
    if ('problem' in item) {
      report(['answers', id], item.problem);
      continue;
    }
    const { answer, note = '' } = typeof given === 'string' ? { answer: given } : given;
    answers.push(createAnswer(checklist, item, { answer: ANSWER_WORDS[answer]!, note }, { ...context, by, role }));
  }
  throwErrors(errors);
  return answers;
}

/** Who answers, for whom, and when. */
export interface Answerer {
  readonly clientId: string;
  readonly by: string;
  readonly role: Role;
  readonly now: Date;
}

/** Finds an item that a role can answer, or says why it cannot. */
function findAnswerable(checklist: Checklist, id: string, role: Role): ChecklistItem | { problem: string } {
  const item = checklist.items.find((one) => one.id === id);
  if (!item) {
    const ids = checklist.items.map((one) => one.id);
    return { problem: `checklist ${checklist.name} has no item ${quoteInput(id)}${suggest(id, ids)}` };
  }
  if (item.measuredBy !== null) return { problem: `is measured by sallyport ${item.measuredBy}, not attested` };
  if (item.attestedBy.includes(role)) return item;
  return { problem: `cannot be attested as ${role}, only as ${item.attestedBy.join(' or ')}` };
}

/**
 * Takes answers of one person to items by their ids, all or none.
 * @throws InputError with a line for each problem; the key is that of the item, or `by`
 */
export function readAnswers(
  checklist: Checklist,
  given: Iterable<readonly [id: string, { readonly answer: string; readonly note: string }]>,
  answerer: Answerer,
): StoredAnswer[] {
  const errors: InputError[] = [];
  const by = answerer.by.trim();
  if (by === '') errors.push(new InputError('who answers? the name must not be empty', { key: 'by' }));
  if (by.length > LONGEST.by)
    errors.push(new InputError(`the name of who answers has at most ${LONGEST.by} characters`, { key: 'by' }));
  const answers: StoredAnswer[] = [];
  for (const [id, { answer: text, note }] of given) {
    const answer = CHECKLIST_ANSWERS.find((one) => one === text);
    const item = findAnswerable(checklist, id, answerer.role);
    const problem =
      'problem' in item
        ? item.problem
        : !answer
          ? `${quoteInput(text)} is not an answer`
          : note.length > LONGEST.note
            ? `a note has at most ${LONGEST.note} characters`
            : null;
    if (problem !== null) errors.push(new InputError(`${id}: ${problem}`, { key: id }));
    else answers.push(createAnswer(checklist, item as ChecklistItem, { answer: answer!, note }, { ...answerer, by }));
  }
  throwErrors(errors);
  return answers;
}

/** Makes an answer to an item as it is stored; it holds for the item's days. */
export function createAnswer(
  checklist: Checklist,
  item: ChecklistItem,
  { answer, note }: { readonly answer: ChecklistAnswer; readonly note: string },
  { clientId, by, role, now }: Answerer,
): StoredAnswer {
  return {
    ...{ clientId, checklist: checklist.name, item: item.id, answer, by, role, note },
    at: now.toISOString(),
    expiresAt: new Date(now.getTime() + item.validDays * DAY_MS).toISOString(),
  };
}
