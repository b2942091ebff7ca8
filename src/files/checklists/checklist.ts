import * as z from 'zod';
import { findShipped } from '../shipped.js';
import type { InputError } from '../text/input-error.js';
import { throwErrors } from '../text/input-error.js';
import { checkSchema, line } from '../text/check-schema.js';
import { type KeyPath, problemAt, readYaml, type YamlDocument } from '../text/yaml-document.js';
import { type Checklist, ROLES } from '../../model/checklist.js';
import { idSchema } from '../../model/text.js';
import { quoteInput } from '../../words/input.js';

/** Days for which an answer is valid where an item does not say. */
const VALID_DAYS = 365;

const itemSchema = z
  .strictObject({
    id: idSchema.describe('unique in this file; answers refer to it'),
    title: line(256).describe('what should be true, in one line'),
    programs: z
      .array(z.string().regex(/^\d{2}-\d{2}(?:-\d{2})?$/, 'expected a program such as "90-02" or "90-54-01"'))
      .max(16)
      .default([])
      .describe('NEC program numbers'),
    rule: line(2048).describe('what has to be true'),
    how: line(2048).describe('how to do it'),
    'attested-by': z
      .array(z.enum(ROLES, `expected ${ROLES.join(', ')}`))
      .min(1, 'name someone')
      .max(ROLES.length)
      .optional()
      .describe('who can confirm it'),
    'valid-days': z
      .int('expected a number of days, 1 to 3650')
      .min(1, 'expected a number of days, 1 to 3650')
      .max(3650, 'expected a number of days, 1 to 3650')
      .optional()
      .describe(`days for which an answer is valid; ${VALID_DAYS} if left out`),
    'measured-by': z
      .enum(['check', 'preinstall'], 'expected check or preinstall')
      .optional()
      .describe('the command of sallyport that measures it; such an item is never asked'),
  })
  .describe('one thing to be done; either attested-by or measured-by is given');

/** The format of a checklist; schemas/checklist.schema.json is generated from it. */
export const checklistFileSchema = z
  .strictObject({
    name: idSchema.describe('answers are stored under it'),
    title: line(128).describe('one line, for people'),
    items: z.array(itemSchema).min(1).max(128),
  })
  .describe('What has to be done at a site but cannot be seen from the network, and who can attest it');

/** The checklist that holds if none is given. */
export const DEFAULT_CHECKLIST = 'nec-sl';

/**
 * Loads a shipped checklist by name, or one from a file (given with a path or .yaml ending).
 * @throws InputError with a line, as `file:line:column: key: problem`, for each problem
 */
export async function loadChecklist(nameOrFile: string): Promise<Checklist> {
  const document = await readYaml(await findShipped('checklist', nameOrFile));
  const data = checkSchema(document, checklistFileSchema);
  throwErrors([...findRepeats(document, data), ...findUnattested(document, data)]);
  const { name, title, items } = data;
  return {
    name,
    title,
    items: items.map((item) => ({
      ...{ id: item.id, title: item.title, programs: item.programs, rule: item.rule, how: item.how },
      attestedBy: item['attested-by'] ?? [],
      measuredBy: item['measured-by'] ?? null,
      validDays: readValidDays(item),
    })),
  };
}

function findRepeats(document: YamlDocument, { items }: ChecklistFile): InputError[] {
  const seen = new Set<string>();
  return items.flatMap(({ id }, index) => {
    if (seen.has(id)) return problemAt(document, ['items', index, 'id'], `${quoteInput(id)} is given twice`);
    seen.add(id);
    return [];
  });
}

/** Items that no one stands for, or two: sallyport and people. */
function findUnattested(document: YamlDocument, { items }: ChecklistFile): InputError[] {
  return items.flatMap((item, index) => {
    const at = (key: KeyPath, problem: string) => problemAt(document, ['items', index, ...key], problem);
    const isMeasured = item['measured-by'] !== undefined;
    if (!isMeasured && !item['attested-by']) return at([], 'give attested-by or measured-by');
    const idle = (['attested-by', 'valid-days'] as const).filter((key) => isMeasured && item[key] !== undefined);
    return idle.map((key) => at([key], 'cannot be combined with measured-by'));
  });
}

/** A checklist file after it was read. */
export type ChecklistFile = z.infer<typeof checklistFileSchema>;

/** An item's days: what the file says, and where it says nothing, a year. */
function readValidDays(item: ChecklistFile['items'][number]): number {
  return item['measured-by'] === undefined ? (item['valid-days'] ?? VALID_DAYS) : 0;
}
