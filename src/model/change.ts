import * as z from 'zod';
import { endpointSchema, type EndpointId } from './endpoint.js';
import { type FindingData, findingDataSchema } from './finding.js';
import { type Reason, VERDICTS, type Verdict } from './report.js';
import { SEVERITIES, type Severity } from './severity.js';
import { type Summary, summarySchema } from './summary.js';

/** Kinds of change between two looks at one slot of a client. */
export const CHANGE_KINDS = [
  'exposed',
  'resolved',
  'lost-sight',
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
  /** What its rule found. */
  readonly data: FindingData;
  /** The service is wanted and is not there: an outage, not an exposure. */
  readonly outage: boolean;
  readonly waived: boolean;
  /** An exposure that is no longer seen, and not known to be closed: when it first was not. ISO 8601, UTC. */
  readonly lostAt?: string;
  /** Which of the profile's sources saw it; an outsider where left out. */
  readonly source?: string;
  /**
   * The vantages that saw it, by name, each with its source, where several look; an empty name is that of a look without.
   * Then `source` is left out.
   */
  readonly seenFrom?: Readonly<Record<string, string>>;
}

/** That nothing answers, as it was accepted in a look. */
export interface AcceptedSilence extends Pick<Issue, 'rule' | 'severity'> {
  /** Last day on which it is accepted, `YYYY-MM-DD`, UTC; null: for that look alone. */
  readonly until: string | null;
  /** By a waiver of the store, which may be taken back. */
  readonly isWaiver: boolean;
}

/** What is known of a slot and carried from look to look: what changes are told against. */
export interface SlotState {
  readonly address: string | null;
  readonly verdict: Verdict;
  /** By `rule endpoint`, or `rule` where it concerns the whole address. */
  readonly issues: Readonly<Record<string, Issue>>;
  /** Who answers on open endpoints, by endpoint: the label for people. */
  readonly identities: Readonly<Record<string, string>>;
  /** How the site refuses, by its last good look; absent in states from before this was noted. */
  readonly refusals?: readonly Reason[];
  /** How it refuses each of several vantages, by name. */
  readonly refusalsTo?: Readonly<Record<string, readonly Reason[]>>;
  /** To which of several vantages the site showed no life, when each last looked. */
  readonly silentTo?: Readonly<Record<string, boolean>>;
  /** The last look saw no life there; absent in states from before this was noted. */
  readonly silent?: boolean;
  /** The look came to no verdict since nothing answered and nothing vouched for the line. */
  readonly noAnswer?: true;
  /** Nothing answered, and someone accepted that: the verdict holds as long as they do. */
  readonly silence?: AcceptedSilence;
}

/** A {@link SlotState} as it is shown: issues with words for people. */
export interface SaidSlotState extends Omit<SlotState, 'issues'> {
  readonly issues: Readonly<Record<string, Issue & { readonly title: string }>>;
}

/** A change of any kind. */
interface AnyChange {
  /** Same for the same thing: `kind` family, rule and endpoint. What flaps is counted by it. */
  readonly key: string;
  readonly severity: Severity;
  readonly rule: string | null;
  readonly endpoint: EndpointId | null;
}

/** A violation is new or worse (`was` its severity before), or is accepted no more. */
export interface IssueBegun extends AnyChange {
  readonly kind: 'exposed' | 'service-lost';
  readonly rule: string;
  readonly data: { readonly finding: FindingData; readonly was: Severity | 'accepted' | null };
}

/**
 * A violation is gone; `silent`: nothing at all answers there now, which a line that is down does as well; `unasked`: a
 * service that was missing is not seen to be back, and no longer asked for by the profile.
 */
export interface IssueEnded extends AnyChange {
  readonly kind: 'resolved' | 'service-back';
  readonly rule: string;
  readonly data: { readonly finding: FindingData; readonly silent: boolean; readonly unasked?: boolean };
}

/** An exposure is no longer seen, and not known to be closed: it stands. */
export interface IssueOutOfSight extends AnyChange {
  readonly kind: 'lost-sight';
  readonly rule: string;
  /** `unasked`: the vantages that saw it and do not look any more. */
  readonly data: { readonly finding: FindingData; readonly unasked?: readonly string[] };
}

/** Someone else answers, or the slot has another address. */
export interface Moved extends AnyChange {
  readonly kind: 'identity-changed' | 'address-changed';
  readonly data: { readonly before: string | null; readonly after: string | null };
}

/** A look came to no verdict where the one before did; null if the look is not kept any more. */
export interface Lost extends AnyChange {
  readonly kind: 'no-longer-determined';
  readonly data: { readonly before: Verdict | null; readonly summary: Summary | null };
}

/** One change, as data: words are said of it where it is shown. */
export type Change = IssueBegun | IssueEnded | IssueOutOfSight | Moved | Lost;

/** A change in words for people. */
export interface ChangeWords {
  /** In one line. */
  readonly title: string;
  readonly before: string | null;
  readonly after: string | null;
  /** What to do; null if nothing has to be done. */
  readonly remedy: string | null;
}

/** A change as it is shown: the data for programs, the words for people. */
export type SaidChange<T extends Change = Change> = T & ChangeWords;

/** Where and when the store has a change from. */
interface StoredAs {
  readonly id: number;
  readonly clientId: string;
  readonly slot: string;
  readonly sweepId: number;
  readonly at: string;
  /** False if it was held back because the client flaps. */
  readonly alerted: boolean;
}

/** A change as the store keeps it. */
export type StoredChange = Change & StoredAs;

/** An accepted finding. */
export interface Waiver {
  readonly id: number;
  readonly clientId: string;
  readonly rule: string;
  /** Null: wherever the rule finds it. */
  readonly endpoint: EndpointId | null;
  readonly by: string;
  readonly reason: string;
  /** Last day on which it is valid, `YYYY-MM-DD`, UTC. */
  readonly until: string;
  /** Severity when it was granted: what is worse than that is not waived. Null: none was known. */
  readonly severity: Severity | null;
  /** Who answered when it was granted: another identity is not waived. Null: none was known. */
  readonly identity: string | null;
  readonly grantedAt: string;
}

/** Waivers by client. */
export function groupByClient(waivers: readonly Waiver[]): Map<string, Waiver[]> {
  const groups = new Map<string, Waiver[]>();
  for (const waiver of waivers) groups.set(waiver.clientId, [...(groups.get(waiver.clientId) ?? []), waiver]);
  return groups;
}

const any = {
  key: z.string().describe('the same for the same thing, also when it ends'),
  severity: z.enum(SEVERITIES),
  endpoint: endpointSchema.nullable(),
  title: z.string().describe('one line for people; may contain text from the target, so escape it'),
  before: z.string().nullable(),
  after: z.string().nullable(),
  remedy: z.string().nullable().describe('what to do, for people'),
};
const finding = findingDataSchema;

/** A change, as it is told outside. */
export const changeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['exposed', 'service-lost']),
    rule: z.string(),
    ...any,
    data: z.object({ finding, was: z.enum([...SEVERITIES, 'accepted']).nullable() }),
  }),
  z.object({
    kind: z.enum(['resolved', 'service-back']),
    rule: z.string(),
    ...any,
    data: z.object({
      finding,
      silent: z.boolean().describe('nothing at all answers there now'),
      unasked: z.boolean().optional().describe('a missing service is not seen to be back, but no longer asked for'),
    }),
  }),
  z.object({
    kind: z.literal('lost-sight'),
    rule: z.string(),
    ...any,
    data: z.object({
      finding,
      unasked: z.array(z.string()).readonly().optional().describe('the vantages that saw it and do not look any more'),
    }),
  }),
  z.object({
    kind: z.enum(['identity-changed', 'address-changed']),
    rule: z.null(),
    ...any,
    data: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
  }),
  z.object({
    kind: z.literal('no-longer-determined'),
    rule: z.null(),
    ...any,
    data: z.object({ before: z.enum(VERDICTS).nullable(), summary: summarySchema.nullable() }),
  }),
]) satisfies z.ZodType<SaidChange>;

/** An exposure that is out of sight, in words. */
export type Unseen = Pick<Issue, 'rule' | 'endpoint' | 'severity'> & {
  readonly lostAt: string;
  readonly title: string;
};
