import * as z from 'zod';
import { endpointSchema } from './endpoint.js';
import { SEVERITIES } from './severity.js';
import { text } from './text.js';

/*
 * What rules find, as data: kept, hashed, compared and sent to programs. Words are said from it when it is shown, and
 * nothing reads them back.
 */

/** What a finding is about, which decides how it counts: see docs/findings.md. */
export const ABOUT = ['exposure', 'outage', 'vantage', 'silence', 'gap', 'note'] as const;

/** Who puts right what a finding is about: the router or firewall, the phone system, the line, or our own check. */
export const FIXED_BY = ['router', 'phone-system', 'provider', 'dealer'] as const;
export type FixedBy = (typeof FIXED_BY)[number];

/** What one rule knows of one finding: ids, endpoints, addresses, counts, names; no sentence and no time. */
export type FindingData = Readonly<Record<string, unknown>>;

export const findingDataSchema = z
  .record(z.string(), z.json())
  .describe('what the rule found, in its own form') as unknown as z.ZodType<FindingData>;

/** At most so many vantages look at one target. */
export const MAX_VANTAGES = 16;

const seenFromSchema = z
  .array(text(64))
  .max(MAX_VANTAGES)
  .optional()
  .describe('the vantages whose own reports say so; only in a report that joins several');

export const findingSchema = z.object({
  rule: text(64),
  about: z
    .enum(ABOUT)
    .describe(
      'exposure: something can be reached · outage: something wanted cannot · vantage: our own side · silence: the address answered nothing · gap: something is not known · note',
    ),
  severity: z.enum(SEVERITIES),
  effect: z.enum(['violation', 'inconclusive', 'note']).describe('what it does to the verdict'),
  endpoint: endpointSchema.nullable(),
  data: findingDataSchema,
  observations: z.array(endpointSchema).describe('the observations that it is based on'),
  seenFrom: seenFromSchema,
  waiver: z
    .object({
      by: text(128),
      reason: text(512),
      until: z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}$/)
        .nullable()
        .describe('last day on which it is valid, UTC; null: for this check alone'),
      origin: z
        .enum(['waiver', 'inventory', 'check'])
        .optional()
        .describe('where it was accepted: in the store, in the inventory, or for this check; missing in old reports'),
    })
    .nullable()
    .optional()
    .describe('set if someone accepted it: a violation, or silence, that became a note'),
});
/** What a rule found. */
export type Finding = z.infer<typeof findingSchema>;

/** A finding as data only, whether or not it has words. */
export function bareFinding(finding: Finding): Finding {
  const { rule, about, severity, effect, endpoint, data, observations, seenFrom, waiver } = finding;
  const bare = { rule, about, severity, effect, endpoint, data, observations };
  return { ...bare, ...(seenFrom && { seenFrom }), ...(waiver && { waiver }) };
}

export const findingWordsSchema = z.object({
  headline: text(128).describe('what the rule finds, the same for all its findings'),
  title: text(256),
  seen: text(2048).describe('what was seen'),
  matters: text(2048).describe('why it matters'),
  remedy: text(2048).describe('what to do'),
  programs: z.array(text(32)).describe('NEC program numbers'),
  references: z.array(text(256)),
  fixedBy: z
    .array(z.enum(FIXED_BY))
    .default([])
    .describe(
      'who puts it right, the likeliest first, the same for all findings of the rule. router: who runs the router or firewall · phone-system: who programs the phone system · provider: of the line or of SIP · dealer: who runs the check; missing in old reports',
    ),
});
/** A finding in words for people. */
export type FindingWords = z.infer<typeof findingWordsSchema>;

export const reportedFindingSchema = findingSchema.extend(findingWordsSchema.shape);
/** A finding as reports show it: the data for programs, the words for people. */
export type ReportedFinding = z.infer<typeof reportedFindingSchema>;

export const undeterminedSchema = z.object({
  rule: text(64),
  endpoint: endpointSchema.nullable(),
  data: findingDataSchema,
  blocking: z.boolean().describe('true: the verdict cannot be compliant'),
  seenFrom: seenFromSchema,
});
/** Something that a rule could not tell. */
export type Undetermined = z.infer<typeof undeterminedSchema>;

/** An undetermined entry as data only, whether or not it has words. */
export function bareUndetermined({ rule, endpoint, data, blocking, seenFrom }: Undetermined): Undetermined {
  return { rule, endpoint, data, blocking, ...(seenFrom && { seenFrom }) };
}

export const undeterminedWordsSchema = z.object({ what: text(512), why: text(1024) });
/** What could not be told, and why, in words for people. */
export type UndeterminedWords = z.infer<typeof undeterminedWordsSchema>;

export const reportedUndeterminedSchema = undeterminedSchema.extend(undeterminedWordsSchema.shape);
/** An undetermined entry as reports show it. */
export type ReportedUndetermined = z.infer<typeof reportedUndeterminedSchema>;
