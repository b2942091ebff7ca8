import * as z from 'zod';
import { CHANGE_KINDS } from './change.js';
import { endpointSchema } from './endpoint.js';
import { VERDICTS } from './report.js';
import { SEVERITIES } from './severity.js';
import { STANDINGS } from './standing.js';
import { nullableText, text } from './text.js';

/*
 * The contract of `sallyport/fleet@1`: how all clients of a dealer stand, and what the report of them is made from.
 */

/** More than these are counted: of the addresses the worst are listed, of the changes the newest. */
export const MOST_LISTED = 500;
/** More sweeps than these are left out of the trend: the newest are in it. */
export const MOST_SWEEPS = 24;

const client = z.object({ id: text(64), name: text(200), group: nullableText(64) });
const count = z.int().nonnegative();

export const FLEET_SCHEMA = 'sallyport/fleet@1';

export const fleetReportSchema = z.object({
  schema: z.literal(FLEET_SCHEMA),
  tool: z.object({ name: z.literal('sallyport'), version: text(32) }),
  madeAt: z.iso.datetime(),
  since: z.iso.datetime().describe('from when on changes and sweeps are told'),
  groups: z.array(text(64)).nullable().describe('only clients of these groups; null: of all'),
  tags: z.array(text(64)).nullable().describe('only clients with one of these tags; null: of all'),
  clients: count,
  standings: z.record(z.enum(STANDINGS), count).describe('addresses that are checked, by how they stand'),
  rows: z
    .array(
      z.object({
        client,
        slot: text(300),
        standing: z.enum(STANDINGS),
        worst: z
          .object({ severity: z.enum(SEVERITIES), title: text(512) })
          .nullable()
          .describe('the worst finding that no one accepted'),
        more: count.describe('further findings that no one accepted'),
        since: z.iso.datetime(),
        seenAt: z.iso.datetime().nullable().describe('when a check last came to this result'),
      }),
    )
    .max(MOST_LISTED)
    .describe('worst first'),
  notChecked: z
    .array(z.object({ client, slot: nullableText(300), reason: text(512) }))
    .max(MOST_LISTED)
    .describe('what is not checked, or was not for long'),
  notCheckedCount: count,
  unknownCount: count.describe('addresses in none of `standings`, because they are not checked'),
  trend: z
    .array(
      z.object({ sweepId: z.int(), at: z.iso.datetime(), clients: count, verdicts: z.record(z.enum(VERDICTS), count) }),
    )
    .max(MOST_SWEEPS)
    .describe('sweeps that came to their end, oldest first'),
  changeCounts: z.partialRecord(z.enum(CHANGE_KINDS), count),
  changes: z
    .array(
      z.object({
        at: z.iso.datetime(),
        client,
        slot: text(300),
        kind: z.enum(CHANGE_KINDS),
        severity: z.enum(SEVERITIES),
        endpoint: endpointSchema.nullable(),
        title: text(512),
      }),
    )
    .max(MOST_LISTED)
    .describe('newest first'),
});
/** How all clients of a dealer stand, for a report. */
export type FleetReport = z.infer<typeof fleetReportSchema>;
