import { acceptChanges, carryOver, confirmChanges, diffStates } from '../changes/diff.js';
import { stateOf } from '../changes/slot-state.js';
import type { Change, ChangeKind, SlotState } from '../../model/change.js';
import type { ReportData } from '../../model/report.js';

/** What earlier looks of one sweep at the same slot showed. */
export interface EarlierLooks {
  /** Changes that one of them showed, and that another has to show as well. */
  readonly suspected: readonly Change[];
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
 */
export function judgeLook(before: SlotState | null, report: ReportData, earlier: EarlierLooks | null): LookJudgement {
  const agreed = earlier?.agreed && isSame(earlier.agreed.before, before) ? earlier.agreed : null;
  const base = agreed ? agreed.state : before;
  const after = carryOver(base, stateOf(report), report);
  const found = diffStates(base, after, report);
  if (!earlier) {
    if (found.length > 0) return { again: { suspected: found, agreed: null } };
    return { again: null, state: after, changes: [] };
  }
  const changes = confirmChanges(earlier.suspected, found);
  const state = acceptChanges(base, after, keysOf(changes));
  if (!earlier.agreed) {
    const disputed = [...without(earlier.suspected, changes), ...without(found, changes)].filter(({ kind }) =>
      HEARD.includes(kind),
    );
    if (disputed.length > 0) return { again: { suspected: disputed, agreed: { before, state, changes } } };
  }
  return { again: null, state, changes: [...(agreed?.changes ?? []), ...changes] };
}

/** The judgement of a look that no one has to confirm. Pure. */
export function trustLook(before: SlotState | null, report: ReportData): LookJudgement & { readonly again: null } {
  const state = carryOver(before, stateOf(report), report);
  return { again: null, state, changes: diffStates(before, state, report) };
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
