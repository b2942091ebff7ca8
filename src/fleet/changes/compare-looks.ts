import type { Change } from '../../model/change.js';
import type { StoredReport } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { carryOver, diffStates } from './diff.js';
import { stateOf } from './slot-state.js';

/** What changed at a slot between two looks. */
export interface SlotDiff {
  readonly clientId: string;
  readonly slot: string;
  /** Times of the looks, ISO 8601, UTC; null if there is no earlier, or no later one. */
  readonly from: string | null;
  readonly to: string | null;
  /** How the looks came out; null where there was none. They may differ without a change: a finding was accepted. */
  readonly verdicts: { readonly from: Verdict | null; readonly to: Verdict | null };
  readonly changes: readonly Change[];
}

/** Compares two looks at a slot. Without an earlier one every issue counts as new. */
export function compareLooks(before: StoredReport | null, after: StoredReport): SlotDiff {
  const { clientId, slot, at, report } = after;
  const old = before && stateOf(before.report);
  const changes = diffStates(old, carryOver(old, stateOf(report), report), report);
  const verdicts = { from: before?.report.verdict ?? null, to: report.verdict };
  return { clientId, slot, from: before?.at ?? null, to: at, verdicts, changes };
}

/**
 * Compares two sweeps, slot by slot, with few reports in memory at once. Both come by client and slot, as the store
 * gives them. A slot that the second did not look at has no changes, and `to` is null.
 */
export async function* compareSweeps(
  before: AsyncIterable<StoredReport>,
  after: AsyncIterable<StoredReport>,
): AsyncGenerator<SlotDiff> {
  const olds = before[Symbol.asyncIterator]();
  const news = after[Symbol.asyncIterator]();
  try {
    let [old, now] = [await olds.next(), await news.next()];
    while (!old.done || !now.done) {
      const order = old.done ? 1 : now.done ? -1 : comparePlaces(old.value, now.value);
      if (order < 0 && !old.done) yield tellMissing(old.value);
      else if (!now.done) yield compareLooks(order === 0 && !old.done ? old.value : null, now.value);
      if (order <= 0) old = await olds.next();
      if (order >= 0) now = await news.next();
    }
  } finally {
    await Promise.all([olds.return?.(), news.return?.()]);
  }
}

function tellMissing({ clientId, slot, at, report }: StoredReport): SlotDiff {
  return { clientId, slot, from: at, to: null, verdicts: { from: report.verdict, to: null }, changes: [] };
}

/** SQLite orders text by its UTF-8 bytes. */
function comparePlaces(a: StoredReport, b: StoredReport): number {
  const compare = (x: string, y: string) => Buffer.compare(Buffer.from(x), Buffer.from(y));
  return compare(a.clientId, b.clientId) || compare(a.slot, b.slot);
}
