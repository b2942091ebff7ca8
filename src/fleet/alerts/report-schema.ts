import * as z from 'zod';
import { idSchema } from '../../model/text.js';

/** What a report can be attached as. */
const REPORT_FORMATS = ['pdf', 'html'] as const;

const names = z.array(z.string().min(1).max(128)).min(1).max(1000);

const WHOM = 'expected contacts, or a list of e-mail channels';

/** The format of a report by mail, on a schedule. */
export const reportSchema = z.strictObject({
  schedule: z.string().max(128).describe('five fields: minute, hour, day, month, weekday; "0 7 1 * *": monthly'),
  timeZone: z.string().max(64).default('UTC').describe('IANA name, such as Europe/Berlin'),
  of: z
    .enum(['client', 'fleet'])
    .default('client')
    .describe('client: a report of each client; fleet: one report of all clients'),
  to: z
    .union([z.literal('contacts', WHOM), z.array(idSchema, WHOM).min(1).max(100)])
    .describe("contacts: each client's own; or e-mail channels, by their names above"),
  through: idSchema.optional().describe('the e-mail channel that sends to contacts'),
  groups: names.optional().describe('clients of one of these groups'),
  tags: names.optional().describe('clients with one of these tags'),
  format: z.enum(REPORT_FORMATS).default('pdf').describe('of the attached report'),
  brand: z.string().min(1).max(4096).optional().describe('file of the letterhead, relative to this one'),
});

/** A scheduled report as the file has it. */
export type ReportSettings = Readonly<z.infer<typeof reportSchema>>;
