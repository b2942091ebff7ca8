import type { Checklist, ChecklistItem, ChecklistState, StoredAnswer } from '../../model/checklist.js';
import type { Verdict } from '../../model/report.js';

type ItemState = ChecklistState['items'][number]['state'];

/**
 * How each item of a checklist stands, in the checklist's order. Pure.
 * @param answers of one client to this checklist, in the order in which they were given: the last of an item counts
 */
export function checklistState(checklist: Checklist, answers: readonly StoredAnswer[], now: Date): ChecklistState {
  const last = new Map(answers.map((answer) => [answer.item, answer]));
  return {
    checklist: checklist.name,
    items: checklist.items.map((item) => {
      const answer = item.measuredBy === null ? last.get(item.id) : undefined;
      return {
        ...{ id: item.id, title: item.title, programs: [...item.programs], how: item.how },
        state: judgeItem(item, answer, now),
        by: answer?.by ?? null,
        role: answer?.role ?? null,
        at: answer?.at ?? null,
        expiresAt: answer?.expiresAt ?? null,
        note: answer?.note ?? '',
        attestedBy: [...item.attestedBy],
      };
    }),
  };
}

function judgeItem(item: ChecklistItem, answer: StoredAnswer | undefined, now: Date): ItemState {
  if (item.measuredBy !== null) return 'measured';
  // The list of who may attest can have changed since.
  if (!answer || answer.answer === 'unknown' || !item.attestedBy.includes(answer.role)) return 'missing';
  // What is not done does not become so by waiting.
  if (answer.answer === 'no') return 'refused';
  if (Date.parse(answer.expiresAt) <= now.getTime()) return 'expired';
  return answer.answer === 'yes' ? 'attested' : 'not-applicable';
}

/** What a checklist comes to: a no outweighs what no one has answered. What is measured is judged where it is measured. */
export function judgeChecklist({ items }: ChecklistState): Verdict {
  if (items.some(({ state }) => state === 'refused')) return 'violation';
  return items.some(({ state }) => state === 'missing' || state === 'expired') ? 'inconclusive' : 'compliant';
}
