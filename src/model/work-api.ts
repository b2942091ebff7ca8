import * as z from 'zod';
import { MAX_LOOKS, vantageNameSchema } from './work.js';

/*
 * How a worker without a database asks its coordinator, over HTTPS. The token says which vantage it is of; that stands in
 * each request too, so that one that was set up wrongly is told so.
 */

/** What all paths begin with. */
export const WORK_PATH = '/work/v1';

/** Largest body of a request, bytes. A worker gives its results in several where they are more. */
export const MAX_WORK_BODY = 4 << 20;

/** How long an answer to a worker that asks for an order may take, s: until there is one. */
export const TAKE_SECONDS = 8;

/** POST /orders: the next order, or 204 if there is none. */
export const takeRequestSchema = z.strictObject({ vantage: vantageNameSchema, worker: z.uuid() });

/** POST /orders/ID/results. */
export const resultsRequestSchema = z.strictObject({
  vantage: vantageNameSchema,
  // Each is read by itself: one that is of another version must not take the others with it.
  results: z.array(z.unknown()).max(MAX_LOOKS),
  last: z.boolean().describe('no more will come of this order'),
});
/** What a worker gives of an order, or a part of it. */
export type ResultsRequest = z.infer<typeof resultsRequestSchema>;

/** POST /orders/ID/return. */
export const returnRequestSchema = z.strictObject({
  vantage: vantageNameSchema,
  worker: z.uuid(),
  why: z
    .string()
    .max(512)
    .regex(/^\P{C}*$/u, 'must be without control characters'),
});
/** Why an order comes back undone. */
export type ReturnRequest = z.infer<typeof returnRequestSchema>;

/**
 * The vantage that a token is of: its name up to the first dot, so that each worker of a vantage can have its own; null
 * if that is the name of none.
 */
export function vantageOf(tokenName: string): string | null {
  const name = vantageNameSchema.safeParse(tokenName.split('.', 1)[0]);
  return name.success ? name.data : null;
}
