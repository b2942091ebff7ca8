import * as z from 'zod';
import type { SaidEvent } from './alert.js';
import { changeSchema } from './change.js';
import { VERDICTS } from './report.js';

/*
 * The contract of `sallyport/alert@1`: what a webhook gets.
 */

const time = z.iso.datetime();

const clientEventSchema = z.object({
  type: z.literal('changes'),
  at: time,
  sweepId: z.int(),
  client: z.object({
    id: z.string(),
    name: z.string(),
    group: z.string().nullable(),
    tags: z.array(z.string()),
    contacts: z.array(z.string()),
  }),
  slot: z.string().describe('the address or host name that was checked'),
  address: z.string().nullable(),
  verdict: z.enum(VERDICTS),
  summary: z.string(),
  changes: z.array(changeSchema),
  authorization: z.string().nullable().optional().describe('who authorised the check'),
  flapping: z.boolean().describe('keeps changing: further changes are held back until it is stable'),
});

const operatorEventSchema = z.object({
  type: z.literal('operator'),
  at: time,
  title: z.string(),
  detail: z.string(),
});

/** What is posted to a webhook. */
export const alertPayloadSchema = z.object({
  schema: z.literal('sallyport/alert@1'),
  key: z.string().describe('the same for every attempt: drop repeats'),
  createdAt: time,
  events: z.array(
    z.discriminatedUnion('type', [clientEventSchema, operatorEventSchema]) satisfies z.ZodType<SaidEvent>,
  ),
  omitted: z.int().min(0).describe('events of a digest that were left out because of its size'),
});

/** What is posted to a webhook. */
export interface AlertPayload extends Omit<z.infer<typeof alertPayloadSchema>, 'events'> {
  readonly events: readonly SaidEvent[];
}
