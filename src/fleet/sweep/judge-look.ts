import { acceptChanges, carryOver, confirmChanges, diffStates } from '../changes/diff.js';
import { issueKey, stateOf, toRecord } from '../changes/slot-state.js';
import { excludesIssue, indexLook } from '../changes/determined.js';
import { listRefusing, sightingsOf, withSightings } from '../changes/sightings.js';
import { issueChangeKey, tellIssue } from '../changes/tell-change.js';
import type { Change, ChangeKind, Issue, SlotState, Waiver } from '../../model/change.js';
import type { Reason, ReportData } from '../../model/report.js';
import { isAtLeast } from '../../model/severity.js';

/** What earlier looks of one sweep at the same slot showed. */
export interface EarlierLooks {
  /** Changes that one of them showed, and that another has to show as well. */
  readonly suspected: readonly Change[];
  /** Exposures that the first saw, and that no later one proved to be shut. */
  readonly unproved: readonly Issue[];
  /** How the site refuses, by the first; and each of several vantages. */
  readonly refusals: readonly Reason[];
  readonly refusalsTo?: SlotState['refusalsTo'];
  /** What two of them agreed on, where a third has to decide on the rest. */
  readonly agreed: {
    readonly before: SlotState | null;
    readonly state: SlotState;
    readonly changes: readonly Change[];
  } | null;
}

/** What follows of a look: another one, or what counts. */
export type LookJudgement =
  | { readonly again: EarlierLooks }
  | { readonly again: null; readonly state: SlotState; readonly changes: readonly Change[] };

/**
 * Kinds that rest on an answer. One look that heard it and one that did not do not agree: the answer may have been
 * lost, and a third look decides. What rests on silence is refuted by a single answer.
 */
const HEARD: readonly ChangeKind[] = ['exposed', 'service-back', 'identity-changed', 'address-changed'];

/**
 * Judges a look: a change counts where two of at most three looks show it. Pure.
 *
 * @param before what is known of the slot
 * @param earlier null for the first look
 * @param waivers of the client
 */
export function judgeLook(
  before: SlotState | null,
  report: ReportData,
  earlier: EarlierLooks | null,
  waivers?: readonly Waiver[],
): LookJudgement {
  const agreed = earlier?.agreed && isSame(earlier.agreed.before, before) ? earlier.agreed : null;
  const base = agreed ? agreed.state : before;
  const after = carryOver(base, stateOf(report), report, waivers);
  const found = diffStates(base, after, report);
  if (!earlier) {
    const unproved = listNewExposures(after, found);
    if (found.length > 0) return { again: { suspected: found, unproved, ...listRefusing(report), agreed: null } };
    return { again: null, state: after, changes: [] };
  }
  const { refusals, refusalsTo } = earlier;
  const refusing = { refusals, ...(refusalsTo && { refusalsTo }) };
  const look = indexLook(report);
  const unproved = earlier.unproved.filter((issue) => !excludesIssue(look, issue, refusing));
  const changes = confirmChanges(earlier.suspected, found);
  const state = acceptChanges(base, after, keysOf(changes));
  if (!earlier.agreed) {
    const disputed = [...without(earlier.suspected, changes), ...without(found, changes)].filter(({ kind }) =>
      HEARD.includes(kind),
    );
    if (disputed.length > 0)
      return { again: { suspected: disputed, unproved, ...refusing, agreed: { before, state, changes } } };
  }
  const all = [...(agreed?.changes ?? []), ...changes];
  return { again: null, ...keepOutOfSight(state, all, unproved, report) };
}

/** The exposures of a first look that are news. */
function listNewExposures(after: SlotState, found: readonly Change[]): Issue[] {
  const isNew = (issue: Issue) =>
    found.some(({ kind, rule, endpoint }) => kind === 'exposed' && rule === issue.rule && endpoint === issue.endpoint);
  return Object.values(after.issues).filter(isNew);
}

/**
 * An endpoint that was seen open is not outvoted by looks that may have been shut out: it stands, out of sight, until a
 * look proves that it is shut.
 */
function keepOutOfSight(
  state: SlotState,
  changes: readonly Change[],
  unproved: readonly Issue[],
  { startedAt }: ReportData,
): { readonly state: SlotState; readonly changes: readonly Change[] } {
  const missing = unproved.filter((issue) => !Object.hasOwn(state.issues, issueKey(issue)));
  if (missing.length === 0) return { state, changes };
  const kept = missing.map((issue) => [issueKey(issue), { ...issue, lostAt: startedAt }] as const);
  const verdict = state.verdict === 'compliant' ? 'violation' : state.verdict;
  return {
    state: { ...state, verdict, issues: toRecord([...Object.entries(state.issues), ...kept]) },
    changes: [...changes, ...missing.map((issue) => tellIssue(issueChangeKey(issueKey(issue)), null, issue))],
  };
}

/** The judgement of a look that no one has to confirm. Pure. */
export function trustLook(
  before: SlotState | null,
  report: ReportData,
  waivers?: readonly Waiver[],
): LookJudgement & { readonly again: null } {
  const state = carryOver(before, stateOf(report), report, waivers);
  return { again: null, state, changes: diffStates(before, state, report) };
}

/**
 * The judgement of a look that saw a violation, and that no second one can follow: it adds what it saw to what is known,
 * at once, and ends nothing that stands. Pure.
 */
export function addViolation(
  before: SlotState | null,
  report: ReportData,
): { readonly state: SlotState; readonly changes: readonly Change[] } {
  const seen = stateOf(report);
  if (before === null) return { state: seen, changes: diffStates(null, seen, report) };
  const { noAnswer: _noAnswer, silence: _silence, ...known } = before;
  const issues = Object.entries(seen.issues).map(([key, issue]) => [key, worseOf(known.issues[key], issue)] as const);
  const state: SlotState = {
    ...known,
    address: known.address ?? seen.address,
    verdict: 'violation',
    issues: toRecord([...Object.entries(known.issues), ...issues]),
    identities: toRecord(Object.entries({ ...seen.identities, ...known.identities })),
    ...(seen.silent === false && { silent: false }),
  };
  return { state, changes: diffStates(before, state, report) };
}

/**
 * What is known after such a look that saw nothing but what someone accepted: that is not forgotten, since it counts as
 * soon as it is accepted no more. Pure.
 */
export function addAccepted(before: SlotState, report: ReportData): SlotState {
  const accepted = Object.entries(stateOf(report).issues).filter(([key, { waived }]) => waived && !before.issues[key]);
  if (accepted.length === 0) return before;
  return { ...before, issues: toRecord([...Object.entries(before.issues), ...accepted]) };
}

/** What stands of something that is seen again: nothing of it is milder for that, unless someone accepted it. */
function worseOf(known: Issue | undefined, seen: Issue): Issue {
  if (!known) return seen;
  const sightings = { ...sightingsOf(known), ...sightingsOf(seen) };
  if (known.waived || seen.waived || isAtLeast(seen.severity, known.severity)) return withSightings(seen, sightings);
  const { lostAt: _, ...issue } = known;
  return withSightings(issue, sightings);
}

function without(changes: readonly Change[], others: readonly Change[]): Change[] {
  const keys = keysOf(others);
  return changes.filter(({ key }) => !keys.has(key));
}

function keysOf(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(changes.map(({ key }) => key));
}

/** Another sweep may have changed what is known since. */
function isSame(a: SlotState | null, b: SlotState | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
