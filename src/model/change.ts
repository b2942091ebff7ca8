import * as z from 'zod';
import { endpointSchema, type EndpointId } from './endpoint.js';
import type { Verdict } from './report.js';
import { SEVERITIES, type Severity } from './severity.js';

/** Kinds of change between two looks at one slot of a client. */
export const CHANGE_KINDS = [
  'exposed',
  'resolved',
  'service-lost',
  'service-back',
  'identity-changed',
  'address-changed',
  'no-longer-determined',
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A violation that stands, in a {@link SlotState}. */
export interface Issue {
  readonly rule: string;
  readonly endpoint: EndpointId | null;
  readonly severity: Severity;
  readonly title: string;
  /** The service is wanted and is not there: an outage, not an exposure. */
  readonly outage: boolean;
  readonly waived: boolean;
}

/** What is known of a slot and carried from look to look: what changes are told against. */
export interface SlotState {
  readonly address: string | null;
  readonly verdict: Verdict;
  /** By `rule endpoint`, or `rule` where it concerns the whole address. */
  readonly issues: Readonly<Record<string, Issue>>;
  /** Who answers on open endpoints, by endpoint: the label for people. */
  readonly identities: Readonly<Record<string, string>>;
}

/** One change. */
export interface Change {
  readonly kind: ChangeKind;
  /** Same for the same thing: `kind` family, rule and endpoint. What flaps is counted by it. */
  readonly key: string;
  readonly severity: Severity;
  readonly rule: string | null;
  readonly endpoint: EndpointId | null;
  /** In one line for people. */
  readonly title: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A change as the store keeps it. */
export interface StoredChange extends Change {
  readonly id: number;
  readonly clientId: string;
  readonly slot: string;
  readonly sweepId: number;
  readonly at: string;
  /** False where it was held back because the client flaps. */
  readonly alerted: boolean;
}

/** An accepted finding. */
export interface Waiver {
  readonly id: number;
  readonly clientId: string;
  readonly rule: string;
  /** Null: wherever the rule finds it. */
  readonly endpoint: EndpointId | null;
  readonly by: string;
  readonly reason: string;
  /** Last day on which it holds, `YYYY-MM-DD`, UTC. */
  readonly until: string;
  /** Severity when it was granted: what is worse than that is not waived. Null: none was known. */
  readonly severity: Severity | null;
  /** Who answered when it was granted: another identity is not waived. Null: none was known. */
  readonly identity: string | null;
  readonly grantedAt: string;
}

/** A change, as it is told outside. */
export const changeSchema = z.object({
  kind: z.enum(CHANGE_KINDS),
  key: z.string().describe('the same for the same thing, also when it ends'),
  severity: z.enum(SEVERITIES),
  rule: z.string().nullable(),
  endpoint: endpointSchema.nullable(),
  title: z.string().describe('in one line for people; may hold text of the target, so escape it'),
  before: z.string().nullable(),
  after: z.string().nullable(),
}) satisfies z.ZodType<Change>;
