import * as z from 'zod';
import { checklistStateSchema } from './checklist.js';
import { endpointSchema, transportSchema } from './endpoint.js';
import {
  bareFinding,
  bareUndetermined,
  type Finding,
  reportedFindingSchema,
  reportedUndeterminedSchema,
  type Undetermined,
} from './finding.js';
import { firewallSchema, gatewayNameSchema, lanSurveySchema, mappingNameSchema, portMappingSchema } from './lan.js';
import {
  ADDRESS_SCOPES,
  againSchema,
  bareReport,
  REASONS,
  type ReportData,
  reportSchema,
  STATES,
  unitErrorSchema,
  VERDICTS,
} from './report.js';
import { nullableText, text } from './text.js';

/*
 * The contract of `sallyport/site@1`: a site seen from inside (`sallyport lan`), or from inside and outside at once
 * (`sallyport preinstall`).
 */

/** Why the stand-in could not listen on an endpoint. */
const UNBOUND_REASONS = ['taken', 'privileged', 'no-address', 'error'] as const;

/** Our listener in the phone system's place. */
export const standInSchema = z.object({
  address: text(64),
  bound: z.array(endpointSchema),
  unbound: z.array(z.object({ endpoint: endpointSchema, reason: z.enum(UNBOUND_REASONS), detail: text(256) })),
  firewall: firewallSchema.describe('it may hide what the router lets in'),
});
export type StandIn = z.infer<typeof standInSchema>;

/** What became of one signed message from the vantage. */
export const proofSchema = z.object({
  endpoint: endpointSchema,
  kind: z.enum(['service', 'canary']),
  arrived: z.boolean(),
  arrivedAt: endpointSchema.nullable().describe('where it arrived here; another port if the router translates'),
  from: nullableText(64).describe('address:port that it came from here'),
  state: z.enum(STATES).describe('as the vantage saw it'),
  reason: z.enum(REASONS),
  tries: z.int().nonnegative(),
  receipt: z.boolean().describe("the stand-in's answer reached the vantage"),
  vouchedBy: endpointSchema
    .nullable()
    .optional()
    .describe(
      'sent twice, apart in time, and this endpoint answered before and after in the same way: we were not shut out',
    ),
});
export type Proof = z.infer<typeof proofSchema>;

/** One SIP message, as it was sent and as it arrived. */
export const sipComparisonSchema = z.object({
  transport: transportSchema,
  direction: z.enum(['outward', 'inward']),
  message: text(64).describe('for example "INVITE" or "183 Session Progress"'),
  state: z.enum(['same', 'altered', 'lost', 'not-sent']),
  differences: z.array(z.object({ field: text(64), sent: text(512), arrived: text(512) })).max(64),
  detail: nullableText(512),
});
export type SipComparison = z.infer<typeof sipComparisonSchema>;

/** How the NAT maps UDP (RFC 4787 §4). */
export const natSurveySchema = z.object({
  mapping: z.enum(['none', 'endpoint-independent', 'endpoint-dependent', 'unknown']),
  portPreserved: z.boolean().nullable(),
  mapped: z.array(z.object({ localPort: z.int(), vantagePort: z.int(), address: text(64), port: z.int() })).max(16),
  binding: z
    .object({
      heldSeconds: z.int().nullable().describe('longest silence after which a datagram still came in'),
      lostSeconds: z.int().nullable().describe('shortest longer silence after which none came in'),
      triedSeconds: z.int(),
    })
    .nullable(),
  problem: nullableText(512),
});
export type NatSurvey = z.infer<typeof natSurveySchema>;

/** A router on the way from inside to the vantage. */
const hopSchema = z.object({
  ttl: z.int().positive(),
  address: nullableText(64).describe('null: it stayed silent'),
});
export type Hop = z.infer<typeof hopSchema>;

/** The parts of a look from outside. */
export const PARTS = ['vantage', 'check', 'proofs', 'sip', 'nat'] as const;

/** What is known from outside. */
const outsideSchema = z.object({
  vantage: text(256).describe('host and port of the vantage server'),
  source: text(128).optional().describe('which source of the profile the vantage is'),
  address: nullableText(64).describe('our public address, as the vantage sees it'),
  scope: z.enum(ADDRESS_SCOPES).nullable(),
  hops: z.array(hopSchema).max(8).describe('the first routers on the way to the vantage; empty: not known'),
  check: reportSchema.nullable(),
  proofs: z.array(proofSchema),
  sip: z.array(sipComparisonSchema),
  sipPorts: z.object({ udp: z.int(), tcp: z.int() }).nullable().describe("the vantage's; most ALGs only watch 5060"),
  nat: natSurveySchema.nullable(),
  problems: z.array(z.object({ part: z.enum(PARTS), message: text(512) })),
});
/** What is known from outside, whether or not its check has words. */
export interface Outside extends Omit<z.infer<typeof outsideSchema>, 'check'> {
  readonly check: ReportData | null;
}

/** All that was seen of a site, before any judgement. */
export const siteEvidenceSchema = z.object({
  lan: lanSurveySchema,
  pbxAddress: nullableText(64).describe('where the phone system is or will be'),
  standIn: standInSchema.nullable(),
  outside: outsideSchema.nullable().describe('null: checked from inside only'),
  checklist: checklistStateSchema.nullable(),
});
/** All that was seen of a site, whether or not its check has words. */
export interface SiteEvidence extends Omit<z.infer<typeof siteEvidenceSchema>, 'outside'> {
  readonly outside: Outside | null;
}

/** What lets something in from outside. */
export const CAUSES = ['upnp-mapping', 'nat-pmp', 'static-forward', 'dmz', 'router', 'unexplained'] as const;
export type Cause = (typeof CAUSES)[number];

const routers = z.array(gatewayNameSchema).max(16);
const otherMapping = mappingNameSchema.nullable().describe('a mapping of that port that leads elsewhere');

/** What a cause was concluded from. */
export const groundsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mapping'), gateway: gatewayNameSchema, mapping: mappingNameSchema }),
  z.object({ kind: z.literal('random-ports-arrive'), routers }),
  z.object({ kind: z.literal('not-in-the-list'), routers, otherMapping, natPmp: z.boolean().describe('it answers') }),
  z.object({ kind: z.literal('no-service-opens'), routers, otherMapping }),
  z.object({ kind: z.literal('nat-pmp-answers'), routers }),
  z.object({ kind: z.literal('list-unread'), routers, otherMapping }),
  z.object({ kind: z.literal('not-fully-asked'), routers }),
  z.object({ kind: z.literal('no-router') }),
  z.object({
    kind: z.literal('router-answers'),
    routers,
    sign: z.enum(['nat-pmp', 'upnp-gateway', 'same-name', 'own-page']),
    name: nullableText(64).describe('that the router has on both sides'),
    missed: z.boolean().describe('it is proved not to lead to the stand-in'),
  }),
  z.object({ kind: z.literal('inside-device'), missed: z.boolean() }),
  z.object({ kind: z.literal('other-device'), natPmp: z.boolean() }),
  z.object({ kind: z.literal('anything'), natPmp: z.boolean(), unread: z.boolean(), standIn: z.boolean() }),
]);
export type Grounds = z.infer<typeof groundsSchema>;

/** What is reachable from outside, and what inside explains it. */
export const explanationSchema = z.object({
  endpoint: endpointSchema,
  service: nullableText(64),
  basis: z.enum(['proved', 'seen']).describe('proved: arrived at the stand-in; seen: answered from outside'),
  cause: z.enum(CAUSES),
  grounds: groundsSchema.describe('what the cause was concluded from'),
  mapping: portMappingSchema.nullable(),
  since: z.iso.datetime().nullable().describe('when an earlier run first saw it'),
});
export type Explanation = z.infer<typeof explanationSchema>;

const reportedExplanationSchema = explanationSchema.extend({
  sentence: text(512).describe('the explanation in words'),
});
/** An explanation as reports show it. */
export type ReportedExplanation = z.infer<typeof reportedExplanationSchema>;

export const SITE_SCHEMA = 'sallyport/site@1';

export const siteReportSchema = z.object({
  schema: z.literal(SITE_SCHEMA),
  tool: z.object({ name: z.literal('sallyport'), version: text(32), ruleset: text(32) }),
  kind: z.enum(['lan', 'preinstall']),
  client: nullableText(128),
  profile: z.object({ name: text(128), digest: text(64) }),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  interrupted: z.boolean(),
  verdict: z.enum(VERDICTS),
  summary: text(512),
  reachable: z.array(reportedExplanationSchema),
  findings: z.array(reportedFindingSchema).describe('in the order in which they are best fixed'),
  undetermined: z.array(reportedUndeterminedSchema),
  evidence: siteEvidenceSchema,
  errors: z.array(unitErrorSchema),
  again: againSchema,
});
/** The judgement of a site. */
export type SiteReport = z.infer<typeof siteReportSchema>;

/** The report of a site before it is put into words: what is stored and compared. Every site report is one as well. */
export interface SiteReportData extends Omit<
  SiteReport,
  'summary' | 'reachable' | 'findings' | 'undetermined' | 'evidence'
> {
  readonly evidence: SiteEvidence;
  readonly reachable: readonly Explanation[];
  readonly findings: readonly Finding[];
  readonly undetermined: readonly Undetermined[];
}

/** The report of a site as data only, its check from outside too, whether or not it has words. */
export function bareSiteReport(report: SiteReportData): SiteReportData {
  const { summary: _summary, evidence, ...data } = report as SiteReport;
  const { outside } = evidence;
  return {
    ...data,
    reachable: (report as SiteReport).reachable.map(({ sentence: _sentence, ...explanation }) => explanation),
    findings: report.findings.map(bareFinding),
    undetermined: report.undetermined.map(bareUndetermined),
    evidence: {
      ...evidence,
      outside: outside && { ...outside, check: outside.check && bareReport(outside.check) },
    },
  };
}
