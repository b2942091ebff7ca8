import * as z from 'zod';
import {
  bareFinding,
  bareUndetermined,
  type Finding,
  findingSchema,
  MAX_VANTAGES,
  reportedFindingSchema,
  reportedUndeterminedSchema,
  type Undetermined,
  undeterminedSchema,
} from './finding.js';
import { SEVERITIES } from './severity.js';
import { endpointSchema } from './endpoint.js';
import { evidenceSchema } from './evidence.js';
import { nullableText, text } from './text.js';

/*
 * The contract of `sallyport/report@1`. The types below are the only definition of observations, findings
 * and reports; schemas/report.schema.json is generated from here.
 */

/** States of an endpoint, with nmap's meanings; `error` is our own trouble and says nothing of the target. */
export const STATES = ['open', 'closed', 'filtered', 'open|filtered', 'error'] as const;
export type State = (typeof STATES)[number];

/** Why an endpoint has its state; docs/states.md explains each. */
export const REASONS = [
  'syn-ack',
  'reset-after-accept',
  'sip-response',
  'ssdp-response',
  'nat-pmp-response',
  'udp-response',
  'conn-refused',
  'port-unreach',
  'host-unreach',
  'net-unreach',
  'no-response',
  'fd-limit',
  'no-ports',
  'no-route',
  'no-permission',
  'cut-off',
  'internal',
] as const;
export type Reason = (typeof REASONS)[number];

export const observationSchema = z.object({
  endpoint: endpointSchema,
  probe: text(64).describe('id of the probe'),
  state: z.enum(STATES),
  reason: z.enum(REASONS),
  rttMs: z.number().nonnegative().nullable(),
  tries: z.int().nonnegative(),
  atMs: z.number().nonnegative().describe('when it was settled, in milliseconds since startedAt'),
  evidence: evidenceSchema,
});
/** What one probe saw of one endpoint. Knows no profile. */
export type Observation = z.infer<typeof observationSchema>;

/** Families of things that answer; rules look at these, not at single fingerprints. */
export const IDENTITY_KINDS = [
  'nec-webpro',
  'nec-sip',
  'nec-phone-registration',
  'nec-dim',
  'sip-server',
  'web-server',
  'upnp-gateway',
  'upnp-device',
  'nat-pmp-gateway',
  'other',
] as const;
export type IdentityKind = (typeof IDENTITY_KINDS)[number];

export const identitySchema = z.object({
  fingerprint: text(64).describe('id of the fingerprint that matched'),
  kind: z.enum(IDENTITY_KINDS),
  label: text(256).describe('for people, for example "NEC WebPro, SL2100, 3.10.50"'),
  model: nullableText(64),
  version: nullableText(64),
  confidence: z.enum(['certain', 'likely', 'possible']),
  basis: z.array(text(512)).describe('the evidence that it is based on'),
});
/** Who answered on an endpoint. */
export type Identity = z.infer<typeof identitySchema>;

export const reportedObservationSchema = observationSchema.extend({
  service: nullableText(64).describe("the profile's service on this endpoint"),
  identity: identitySchema.nullable(),
});
/** An observation with the profile's name for the endpoint and who answered. */
export type ReportedObservation = z.infer<typeof reportedObservationSchema>;

/** Kinds of address; everything but `public` is special (IANA special-purpose registries, RFC 6890). */
export const ADDRESS_SCOPES = [
  'public',
  'loopback',
  'private',
  'cgnat',
  'link-local',
  'documentation',
  'benchmarking',
  'reserved',
  'multicast',
  'broadcast',
  'unspecified',
] as const;
export type AddressScope = (typeof ADDRESS_SCOPES)[number];

export const targetSchema = z.object({
  input: text(512).describe('what the user gave'),
  address: nullableText(64).describe('null if a name did not resolve'),
  name: nullableText(255).describe('the host name that the address was resolved from'),
  resolvedAt: z.iso.datetime().nullable(),
  scope: z.enum(ADDRESS_SCOPES).nullable(),
  problem: nullableText(512).describe('why there is no address to check'),
});
/** One address to check. */
export type Target = z.infer<typeof targetSchema>;

const askedSchema = z.enum(['answered', 'silent', 'error']);
/** What became of asking for a sign that a line works; `error` is our own trouble. */
export type AskedState = z.infer<typeof askedSchema>;

export const controlSchema = z.object({ endpoint: text(300), before: askedSchema, after: askedSchema.nullable() });
const vantageSchema = z.object({
  source: text(64).describe("which of the profile's sources we are"),
  address: nullableText(64).describe('our local address on the way to the target'),
  scope: z.enum(ADDRESS_SCOPES).nullable().describe('of our local address; not public means that we are behind NAT'),
  ownAddress: z.boolean().describe('the target is one of our own addresses'),
  control: controlSchema.nullable(),
});
/** Where we look from, and what proves that we can see. */
export type Vantage = z.infer<typeof vantageSchema>;

const recheckSchema = z.object({
  endpoint: endpointSchema,
  before: z.enum(REASONS),
  after: z.enum(REASONS),
  witness: z
    .boolean()
    .optional()
    .describe('it was silent, and stands for all that was: a refusal now is a turn as well'),
});
/** An endpoint that was asked again at the end: the reasons of its states then and now. */
export type Recheck = z.infer<typeof recheckSchema>;

const livenessSchema = z.object({
  srttMs: z.number().nullable().describe('smoothed round-trip time (RFC 6298)'),
  answers: z.int().describe('probes that were answered at all'),
  lost: z.int().describe('tries that went unanswered on endpoints that answered another try'),
  recheck: z
    .array(recheckSchema)
    .max(32)
    .describe('what was asked again at the end: a witness of each kind of answer, and services where there was doubt'),
  unasked: z.int().nonnegative().optional().describe('doubtful endpoints that were too many to be asked again'),
  stoodStillMs: z
    .int()
    .positive()
    .optional()
    .describe('so long our own process stood still, so that answers which seem late may have come at once'),
  echo: z
    .object({ before: askedSchema, after: askedSchema.nullable() })
    .optional()
    .describe(
      "what came of the system's ping, only where all else was silent, before and after the services were asked once more",
    ),
});
/** Signs of life of the target. */
export type Liveness = z.infer<typeof livenessSchema>;

export const unitErrorSchema = z.object({ unit: text(128), message: text(512) });
/** A probe, fingerprint or rule that crashed, or what this machine and its network keep us from seeing. */
export type UnitError = z.infer<typeof unitErrorSchema>;

export const VERDICTS = ['compliant', 'violation', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const REPORT_SCHEMA = 'sallyport/report@1';

const unlistedCountSchema = z
  .record(z.string(), z.int())
  .describe('endpoints that were checked but are too many to list: counted by state/reason');

export const surveySchema = z.object({
  target: targetSchema,
  vantage: vantageSchema,
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  interrupted: z.boolean().describe('the check was cut off'),
  liveness: livenessSchema,
  observations: z.array(reportedObservationSchema.omit({ service: true })),
  unlisted: unlistedCountSchema,
  errors: z.array(unitErrorSchema),
});
/** All that was seen of one target, before any judgement. */
export type Survey = z.infer<typeof surveySchema>;

export const againSchema = z
  .object({ version: text(32), ruleset: text(32) })
  .optional()
  .describe('only in reports that an older version stored: the version that judged their observations again');

const oneReportSchema = z.object({
  schema: z.literal(REPORT_SCHEMA),
  tool: z.object({ name: z.literal('sallyport'), version: text(32), ruleset: text(32) }),
  target: targetSchema,
  vantage: vantageSchema,
  profile: z.object({
    name: text(128),
    digest: text(64).describe('SHA-256 of the resolved profile'),
    requires: z.boolean().describe('it requires a service for the source that we check from'),
  }),
  authorization: nullableText(512),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  interrupted: z.boolean(),
  failOn: z.enum(SEVERITIES),
  verdict: z.enum(VERDICTS),
  summary: text(512).describe('the verdict in one sentence'),
  findings: z.array(reportedFindingSchema),
  observations: z.array(reportedObservationSchema),
  unlisted: unlistedCountSchema,
  undetermined: z.array(reportedUndeterminedSchema),
  liveness: livenessSchema,
  errors: z.array(unitErrorSchema),
  again: againSchema,
});

const vantageLookSchema = z.object({
  name: text(64).describe('what the vantage is called'),
  report: oneReportSchema
    .omit({ summary: true })
    .extend({ findings: z.array(findingSchema), undetermined: z.array(undeterminedSchema) })
    .nullable()
    .describe('its own report, without words; null if it could not look'),
  trouble: nullableText(512).describe('why it could not look'),
}) as unknown as z.ZodType<VantageLook>;

export const reportSchema = oneReportSchema.extend({
  vantages: z
    .array(vantageLookSchema)
    .max(MAX_VANTAGES)
    .optional()
    .describe('only in a report that joins those of several vantages: what each of them saw'),
});
/** The result of one check. */
export type Report = z.infer<typeof reportSchema>;

/** A report before it is put into words: what is stored and compared. Every report is one as well. */
export interface ReportData extends Omit<Report, 'summary' | 'findings' | 'undetermined' | 'vantages'> {
  readonly findings: readonly Finding[];
  readonly undetermined: readonly Undetermined[];
  readonly vantages?: readonly VantageLook[] | undefined;
}

/** What one of several vantages made of a target. Its report is of one look: it joins no others. */
export interface VantageLook {
  readonly name: string;
  readonly report: ReportData | null;
  readonly trouble: string | null;
}

/** A report as data only, in the order of its keys, whether or not it has words. */
export function bareReport(report: ReportData): ReportData {
  const { summary: _summary, vantages, ...data } = report as Report;
  return {
    ...data,
    findings: report.findings.map(bareFinding),
    undetermined: report.undetermined.map(bareUndetermined),
    ...(vantages && { vantages: vantages.map(bareLook) }),
  };
}

function bareLook({ name, report, trouble }: VantageLook): VantageLook {
  return { name, report: report && bareReport(report), trouble };
}
