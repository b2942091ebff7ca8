import type { Checklist, ChecklistAnswer, ChecklistItem, StoredAnswer } from '../model/checklist.js';
import type { Role } from '../model/role.js';
import { quote } from './quote.js';
import { suggest } from './suggest.js';

const DAY_MS = 86_400_000;

/** Longest name and note, as the site report has them. */
export const LONGEST = { by: 128, note: 512 } as const;

/** Who answers, for whom, and when. */
export interface Answerer {
  readonly clientId: string;
  readonly by: string;
  readonly role: Role;
  readonly now: Date;
}

/** Finds an item that a role can answer, or says why it can not. */
export function findAnswerable(checklist: Checklist, id: string, role: Role): ChecklistItem | { problem: string } {
  const item = checklist.items.find((one) => one.id === id);
  if (!item) {
    const ids = checklist.items.map((one) => one.id);
    return { problem: `checklist ${checklist.name} has no item ${quote(id)}${suggest(id, ids)}` };
  }
  if (item.measuredBy !== null) return { problem: `is measured by sallyport ${item.measuredBy}, not attested` };
  if (item.attestedBy.includes(role)) return item;
  return { problem: `can not be attested as ${role}, only as ${item.attestedBy.join(' or ')}` };
}

/** Makes an answer to an item as it is stored; it holds for the item's days. */
export function createAnswer(
  checklist: Checklist,
  item: ChecklistItem,
  { answer, note }: { readonly answer: ChecklistAnswer; readonly note: string },
  { clientId, by, role, now }: Answerer,
): StoredAnswer {
  return {
    ...{ clientId, checklist: checklist.name, item: item.id, answer, by, role, note },
    at: now.toISOString(),
    expiresAt: new Date(now.getTime() + item.validDays * DAY_MS).toISOString(),
  };
}
