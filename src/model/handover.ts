import * as z from 'zod';
import { CHANGE_KINDS } from './change.js';
import { checklistStateSchema } from './checklist.js';
import { endpointSchema } from './endpoint.js';
import { reportSchema, VERDICTS } from './report.js';
import { SEVERITIES } from './severity.js';
import { siteReportSchema } from './site.js';
import { nullableText, text } from './text.js';

/*
 * The contract of `sallyport/handover@1`: all that a report for a customer is made from, and what is signed.
 */

/**
 * What one look saw of an endpoint, or of the most telling endpoint of a service: `exposed`, open and against the profile; `open`, as
 * agreed; `closed`, refused; `silent`, no answer; `unknown`, not looked at or not determined.
 */
export const LOOK_STATES = ['exposed', 'open', 'closed', 'silent', 'unknown'] as const;
export type LookState = (typeof LOOK_STATES)[number];

/** More looks than these are not shown: the newest are. */
export const MOST_LOOKS = 60;

/** More endpoints of an address than these are counted. */
export const MOST_TRACED = 20;

const states = z.array(z.enum(LOOK_STATES)).max(MOST_LOOKS).describe('one for each look');

const endpointHistorySchema = z.object({
  endpoint: endpointSchema,
  service: nullableText(64).describe("the profile's service on it"),
  answerer: nullableText(256).describe('who answered there last'),
  states,
});
/** What became of one endpoint over time. */
export type EndpointHistory = z.infer<typeof endpointHistorySchema>;

const historySchema = z.object({
  looks: z
    .array(z.object({ at: z.iso.datetime(), verdict: z.enum(VERDICTS) }))
    .max(MOST_LOOKS)
    .describe('oldest first'),
  services: z.array(z.object({ service: text(64), states })),
  endpoints: z
    .array(endpointHistorySchema)
    .max(MOST_TRACED)
    .optional()
    .describe(
      'those that were open or are in a finding, the worst first, then those of services; missing in old reports',
    ),
  others: z
    .partialRecord(z.enum(LOOK_STATES), z.int().positive())
    .optional()
    .describe('endpoints that were asked and are not listed: counted by what tells most of all that was seen of them'),
});
/** What became of the services and endpoints of an address over time. */
export type AddressHistory = z.infer<typeof historySchema>;

const unseenSchema = z.object({
  title: text(512).describe('an exposure that stands and was not seen this time'),
  since: z.iso.datetime().describe('when it first was not seen'),
});

export const HANDOVER_SCHEMA = 'sallyport/handover@1';

export const handoverSchema = z.object({
  schema: z.literal(HANDOVER_SCHEMA),
  tool: z.object({ name: z.literal('sallyport'), version: text(32) }),
  madeAt: z.iso.datetime(),
  client: z
    .object({ id: text(64), name: text(200) })
    .nullable()
    .describe('null: not of a client of the store'),
  since: z.iso.datetime().nullable().describe('from when on changes are listed; null: there is no store to ask'),
  lastReport: z.iso
    .datetime()
    .optional()
    .describe('up to when the report was that was handed over before: changes are listed from there on'),
  currentSince: z.iso
    .datetime()
    .optional()
    .describe('a check before that proves nothing good about now; as since, where it is missing'),
  addresses: z.array(
    z.object({
      slot: nullableText(300).describe('the address or name in the inventory'),
      report: reportSchema,
      unseen: z.array(unseenSchema),
      invite: text(64)
        .optional()
        .describe('the invite by which someone at the site began the check; missing: we began it'),
      history: historySchema.nullable(),
    }),
  ),
  unchecked: z
    .array(z.object({ slot: text(300), reason: text(512) }))
    .default([])
    .describe('addresses that no check has looked at so far, or that the client has no more, and why'),
  invited: z
    .array(reportSchema)
    .default([])
    .describe(
      'checks that someone at the site began and that do not count, in the time of the report: the newest of each address',
    ),
  changes: z
    .array(
      z.object({
        at: z.iso.datetime(),
        slot: text(300),
        kind: z.enum(CHANGE_KINDS),
        severity: z.enum(SEVERITIES),
        endpoint: endpointSchema.nullable(),
        title: text(512),
      }),
    )
    .describe('newest first'),
  site: siteReportSchema.nullable().describe('what was seen from inside and outside at once'),
  checklist: checklistStateSchema.nullable(),
});
/** All that a report for a customer is made from. */
export type Handover = z.infer<typeof handoverSchema>;
