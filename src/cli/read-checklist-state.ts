import { checklistState } from '../site/checklist/checklist-state.js';
import type { Store } from '../fleet/store/store.js';
import type { Checklist, ChecklistState } from '../model/checklist.js';

/** How a client stands with a checklist now, by the answers in the store. */
export async function readChecklistState(
  store: Store,
  checklist: Checklist,
  clientId: string,
): Promise<ChecklistState> {
  return checklistState(checklist, await store.listAnswers(clientId, checklist.name), new Date());
}
