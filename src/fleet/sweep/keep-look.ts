import { judgeFlapping } from '../changes/flapping.js';
import { nameUnseen } from '../changes/out-of-sight.js';
import type { StoreWriter } from '../store/store-writer.js';
import type { Change, SlotState, StoredChange, Unseen } from '../../model/change.js';
import type { ReportData } from '../../model/report.js';
import type { CountedLook } from './tell-changes.js';

/** Puts down how a slot stands after a look that counts, where that is not as before. */
export async function keepState(
  tx: StoreWriter,
  { client, slot, report }: CountedLook,
  resultId: number,
  { before, state }: { readonly before: SlotState | null; readonly state: SlotState },
): Promise<void> {
  if (JSON.stringify(state) === JSON.stringify(before)) return;
  const since = isSameStanding(state, before) ? null : { resultId, at: report.startedAt };
  await tx.putState(client.id, slot, state, since);
}

/** Whether a slot stands as it did: how the site refused, and whether it was silent, is for us alone. */
function isSameStanding(a: SlotState, b: SlotState | null): boolean {
  const standing = (state: SlotState) =>
    JSON.stringify({ ...state, refusals: null, refusalsTo: null, silentTo: null, silent: null });
  return b !== null && standing(a) === standing(b);
}

/** What a look brought, and what was changed at its slot before. */
interface Brought {
  readonly changes: readonly Change[];
  readonly history: readonly StoredChange[];
  readonly now: Date;
}

/** Stores the changes of a look. What flaps is held back: what is left is to be told. */
export async function storeChanges(
  tx: StoreWriter,
  { client, slot, sweepId }: CountedLook,
  { changes, history, now }: Brought,
): Promise<{ readonly told: readonly Change[]; readonly flapping: boolean }> {
  const { flapping, suppressed } = judgeFlapping(history, changes, now);
  if (changes.length > 0) {
    await tx.addChanges(
      { clientId: client.id, slot, sweepId, at: now.toISOString() },
      changes.map((change) => ({ ...change, alerted: !suppressed.has(change.key) })),
    );
  }
  return { told: changes.filter(({ key }) => !suppressed.has(key)), flapping };
}

/** Notes with a result how many exposures stand that it does not show, and says which. */
export async function noteUnseen(
  tx: StoreWriter,
  id: number | null,
  state: SlotState,
  report: ReportData,
): Promise<Unseen[]> {
  const lost = nameUnseen(state, report);
  if (id !== null && lost.length > 0) await tx.noteUnseen(id, lost.length);
  return lost;
}
