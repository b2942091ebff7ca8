import type { Change, StoredChange } from '../../model/change.js';
import { isAtLeast } from '../../model/severity.js';

const HOUR_MS = 3_600_000;

/** A thing that changes so often within {@link FLAPPING_WINDOW_MS} flaps. */
export const FLAPPING_CHANGES = 3;
const FLAPPING_WINDOW_MS = 7 * 24 * HOUR_MS;

/** What was held back is told once it has stood so long. */
export const SETTLED_MS = 24 * HOUR_MS;

/**
 * A flapping thing that did not change for so long has calmed down: its next change is told at once. More than a day,
 * so that one that changes with every daily look never counts as calm.
 */
export const CALM_MS = 36 * HOUR_MS;

/** How far back the history has to reach that is given to the functions here: longer than any pause of a watch. */
export const FLAPPING_HISTORY_MS = 90 * 24 * HOUR_MS;

export interface FlapJudgement {
  /** One of the changes that are told flaps: what follows of it is held back. */
  readonly flapping: boolean;
  /** Keys of the changes that are stored, but told to no one. */
  readonly suppressed: ReadonlySet<string>;
}

/**
 * Decides which changes of a slot are told. A thing, by its key, that changes to and fro is told of until it flaps,
 * once with that mark, and then no more until it has stood for a day. What is worse than all that was told of it is
 * never held back. Pure.
 *
 * @param history the slot's earlier changes of the last {@link FLAPPING_HISTORY_MS}, in any order
 */
export function judgeFlapping(history: readonly StoredChange[], changes: readonly Change[], now: Date): FlapJudgement {
  const suppressed = new Set<string>();
  let flapping = false;
  for (const change of changes) {
    const earlier = history.filter(({ key }) => key === change.key);
    const times = earlier.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
    if (!flaps(times, now.getTime())) continue;
    if (isAnnounced(times, now.getTime()) && !isWorst(change, earlier)) suppressed.add(change.key);
    else flapping = true;
  }
  return { flapping, suppressed };
}

/**
 * What was held back and has stood for {@link SETTLED_MS}, so that nothing that stays is swallowed: it is told now, once.
 * Pure.
 *
 * @param changes what changes now: it has not stood
 */
export function settledChanges(
  history: readonly StoredChange[],
  changes: readonly Change[],
  now: Date,
): StoredChange[] {
  const last = new Map<string, StoredChange>();
  for (const change of history) {
    const known = last.get(change.key);
    if (!known || isLater(change, known)) last.set(change.key, change);
  }
  for (const { key } of changes) last.delete(key);
  return [...last.values()].filter(({ alerted, at }) => !alerted && now.getTime() - Date.parse(at) >= SETTLED_MS);
}

function isLater(a: StoredChange, b: StoredChange): boolean {
  const byTime = Date.parse(a.at) - Date.parse(b.at);
  return byTime === 0 ? a.id > b.id : byTime > 0;
}

/** Whether a change at `at` (ms) is one too many, after those at `times`. */
function flaps(times: readonly number[], at: number): boolean {
  return times.filter((time) => time > at - FLAPPING_WINDOW_MS && time <= at).length + 1 >= FLAPPING_CHANGES;
}

/** Whether the change before, not long ago, flapped already. */
function isAnnounced(times: readonly number[], at: number): boolean {
  const last = times.at(-1);
  return last !== undefined && at - last < CALM_MS && flaps(times.slice(0, -1), last);
}

function isWorst(change: Change, earlier: readonly StoredChange[]): boolean {
  const told = earlier.filter(({ alerted, kind }) => alerted && kind === change.kind);
  const isBad = change.kind === 'exposed' || change.kind === 'service-lost';
  return isBad && !told.some(({ severity }) => isAtLeast(severity, change.severity));
}
