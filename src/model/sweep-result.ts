import * as z from 'zod';
import { changeSchema } from './change.js';
import { reportSchema } from './report.js';

/** Version of {@link sweepResultSchema}. */
export const SWEEP_RESULT_SCHEMA = 'sallyport/sweep-result@1';

/** One element or line of `sallyport sweep --format json` or `ndjson`: the final result of one slot of a client. */
export const sweepResultSchema = z.object({
  schema: z.literal(SWEEP_RESULT_SCHEMA),
  sweep: z.int().describe('number of the sweep in the store'),
  client: z.object({
    id: z.string(),
    name: z.string(),
    group: z.string().nullable(),
    tags: z.array(z.string()),
  }),
  slot: z.string().describe('the address, or the host name, whatever its address'),
  changes: z.array(changeSchema).describe('changes that count, against what was known before'),
  unseen: z
    .int()
    .nonnegative()
    .describe('exposures that stand and are out of sight: not seen, and not known to be closed'),
  report: reportSchema,
});
export type SweepResultLine = z.infer<typeof sweepResultSchema>;
