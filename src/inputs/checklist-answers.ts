import * as z from 'zod';
import type { Checklist, ChecklistAnswer, StoredAnswer } from '../model/checklist.js';
import { ROLES, type Role } from '../model/role.js';
import { type Answerer, createAnswer, findAnswerable, LONGEST } from './checklist-answer.js';
import { checkSchema } from './check-schema.js';
import { throwErrors } from './combine-errors.js';
import type { InputError } from './input-error.js';
import { line } from './text-line.js';
import { problemAt, readYaml, type KeyPath } from './yaml-document.js';

/** How answers are written. */
export const ANSWER_WORDS: Readonly<Record<string, ChecklistAnswer>> = {
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
  const by = context.by ?? data.by;
  const role = context.role ?? data.role;
  if (by === undefined) report([], 'who answers? give the key "by" or --by NAME');
  if (role === undefined) report([], 'as whom? give the key "role" or --role ROLE');
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
