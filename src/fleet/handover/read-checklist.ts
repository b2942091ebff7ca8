import type { Checklist, ChecklistState } from '../../model/checklist.js';
import { checklistState } from '../../site/checklist/checklist-state.js';
import type { Store } from '../store/store.js';

/** How a client stands with a checklist now, by the answers in the store. */
export async function readChecklistState(
  store: Store,
  checklist: Checklist,
  clientId: string,
  now: Date,
): Promise<ChecklistState> {
  return checklistState(checklist, await store.listAnswers(clientId, checklist.name), now);
}
