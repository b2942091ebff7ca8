import * as z from 'zod';
import { ROLES } from '../model/role.js';
import { ID_PATTERN } from './profile-schema.js';
import { line } from './text-line.js';

const id = z.string().regex(ID_PATTERN, 'expected a lower-case name: letters, digits and hyphens, a letter first');

/** Days for which an answer holds where an item does not say. */
const VALID_DAYS = 365;

const itemSchema = z
  .strictObject({
    id: id.describe('unique in this file; answers refer to it'),
    title: line(256).describe('what is so, in one line'),
    programs: z
      .array(z.string().regex(/^\d{2}-\d{2}(?:-\d{2})?$/, 'expected a program such as "90-02" or "90-54-01"'))
      .max(16)
      .default([])
      .describe('NEC program numbers'),
    rule: line(2048).describe('what has to be so'),
    how: line(2048).describe('how to do it'),
    'attested-by': z
      .array(z.enum(ROLES, `expected ${ROLES.join(', ')}`))
      .min(1, 'name somebody')
      .max(ROLES.length)
      .optional()
      .describe('whose word counts'),
    'valid-days': z
      .int('expected a number of days, 1 to 3650')
      .min(1, 'expected a number of days, 1 to 3650')
      .max(3650, 'expected a number of days, 1 to 3650')
      .optional()
      .describe(`days for which an answer holds; ${VALID_DAYS} where nothing is said`),
    'measured-by': z
      .enum(['check', 'preinstall'], 'expected check or preinstall')
      .optional()
      .describe('the command of sallyport that measures it; such an item is never asked'),
  })
  .describe('one thing to be done; either attested-by or measured-by is given');

/** The format of a checklist; schemas/checklist.schema.json is generated from it. */
export const checklistFileSchema = z
  .strictObject({
    name: id.describe('answers are stored under it'),
    title: line(128).describe('one line, for people'),
    items: z.array(itemSchema).min(1).max(128),
  })
  .describe('What has to be done at a site that no packet can show, and who can attest it');

/** A checklist file after it was read. */
export type ChecklistFile = z.infer<typeof checklistFileSchema>;

/** An item's days: what the file says, and where it says nothing, a year. */
export function readValidDays(item: ChecklistFile['items'][number]): number {
  return item['measured-by'] === undefined ? (item['valid-days'] ?? VALID_DAYS) : 0;
}
