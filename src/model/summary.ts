import * as z from 'zod';
import { findingSchema, undeterminedSchema } from './finding.js';
import { nullableText, text } from './text.js';

export const summarySchema = z.discriminatedUnion('verdict', [
  z.object({
    verdict: z.literal('violation'),
    profile: text(128),
    violations: z.int().describe('how many findings make it one'),
    worst: findingSchema.nullable(),
  }),
  z.object({
    verdict: z.literal('inconclusive'),
    /** The first of what forbids a verdict. All null: the check was cut off. */
    finding: findingSchema.nullable(),
    undetermined: undeterminedSchema.nullable(),
    failed: nullableText(128).describe('the unit that crashed'),
  }),
  z.object({
    verdict: z.literal('compliant'),
    profile: text(128),
    requires: z.boolean(),
    lesser: z.int().describe('violations that are not severe enough to count'),
    accepted: z.int().describe('findings that someone accepted'),
    signOfLife: z.boolean().describe('something at the address answered or refused'),
    skipped: z.int().optional().describe('services that are usually checked, and of which not all was this time'),
  }),
]);
/** What the sentence about a verdict rests on: kept where the whole report is not. */
export type Summary = z.infer<typeof summarySchema>;
