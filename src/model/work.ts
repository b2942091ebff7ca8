import * as z from 'zod';
import { endpointSchema } from './endpoint.js';
import { surveySchema, targetSchema } from './report.js';
import { SEVERITIES } from './severity.js';
import { nullableText, text } from './text.js';
import { resolvedProfileSchema } from './vantage-api.js';

/*
 * What a coordinator and its workers say to each other: through the database, or over HTTPS. An order is a number of
 * looks that one worker makes; each look is known by its key, and its result counts once, whoever gives it how often.
 */

/** The form of an order: a worker takes no other. */
export const WORK_SCHEMA = 'sallyport/work@1';

/** The most looks of an order. */
export const MAX_LOOKS = 256;

/** Name of a vantage: a place that is looked from. */
export const vantageNameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'must be of small letters, digits and hyphens, 32 at most');

/** A place that is looked from, as the coordinator knows it. */
export interface VantagePlace {
  readonly name: string;
  /** Which source of profiles it is, where they know that source; an outsider to all others. */
  readonly source: string;
}

export const lookKeySchema = z.strictObject({
  batch: text(64).describe('what the look is a part of, such as a sweep'),
  client: text(128),
  slot: text(512),
  round: z.int().min(0).max(2).describe('0: the first look; then those that confirm it'),
});
/** Which look it is. */
export type LookKey = z.infer<typeof lookKeySchema>;

const authorizationSchema = z.strictObject({
  by: text(512),
  reference: text(512),
  until: nullableText(10),
  timeZone: text(64),
});

const workLookSchema = z.strictObject({
  key: lookKeySchema,
  target: targetSchema,
  terms: z.int().nonnegative().describe('which of the terms of the order'),
  slow: z.boolean().describe('it confirms another: more patience, and a slower pace'),
  authorization: authorizationSchema.nullable().describe('null: whoever ordered it answers for it alone'),
});
/** One look of an order. */
export type WorkLook = z.infer<typeof workLookSchema>;

const workTermsSchema = z.strictObject({
  profile: resolvedProfileSchema,
  source: text(64),
  failOn: z.enum(SEVERITIES),
  plan: z.strictObject({
    ports: z
      .array(z.strictObject({ transport: z.enum(['tcp', 'udp']), port: z.int().min(1).max(65_535) }))
      .max(65_536)
      .optional(),
    also: z.array(endpointSchema).max(65_536).optional(),
    findMoved: z.enum(['likely', 'likeliest', 'none']).optional(),
    canaries: z.boolean().optional(),
  }),
});
/** What looks of an order are made by. */
export type WorkTerms = z.infer<typeof workTermsSchema>;

export const workOrderSchema = z.strictObject({
  schema: z.literal(WORK_SCHEMA),
  id: z.uuid(),
  kind: z.enum(['sweep', 'check']).describe('looks of a sweep are made with an authorisation only'),
  ping: z.boolean().describe('whether what answers nothing is pinged'),
  share: z.int().min(1).max(64).describe('so many vantages share the pace at which a network may be asked'),
  allowSpecial: z.boolean(),
  terms: z.array(workTermsSchema).max(MAX_LOOKS),
  looks: z.array(workLookSchema).min(1).max(MAX_LOOKS),
});
/** What one worker does in one go. */
export type WorkOrder = z.infer<typeof workOrderSchema>;

export const workResultSchema = z.strictObject({
  key: lookKeySchema,
  survey: surveySchema.nullable(),
  trouble: nullableText(512).describe('why there is no survey'),
});
/** What became of one look. */
export type WorkResult = z.infer<typeof workResultSchema>;

/** What a worker is at. `blind`: its control endpoints do not answer, so that it takes nothing. */
export const WORKER_STATES = ['idle', 'busy', 'blind', 'ending'] as const;

export const workerSignSchema = z.strictObject({
  id: z.uuid(),
  vantage: vantageNameSchema,
  host: text(255),
  pid: z.int().nonnegative(),
  version: text(32),
  state: z.enum(WORKER_STATES),
  note: text(512).describe('why, in words; or nothing'),
  looks: z.int().nonnegative().describe('looks made so far'),
  orders: z.array(z.uuid()).max(256).describe('the orders that it is at: they do not expire as long as it says so'),
});
/** A worker's sign of life. */
export type WorkerSign = z.infer<typeof workerSignSchema>;
