import type { Problem } from '../../model/alert.js';
import type { Change, ChangeKind, StoredChange } from '../../model/change.js';

const BEGINS: readonly ChangeKind[] = ['exposed', 'service-lost'];
const ENDS: readonly ChangeKind[] = ['resolved', 'service-back'];
const LASTS: readonly ChangeKind[] = [...BEGINS, ...ENDS, 'lost-sight'];

/**
 * Which problem a change belongs to: of what was told of the same thing, the first since it ended before. Null for what
 * neither begins nor ends, such as another address. Pure.
 *
 * @param at when the change is told, if it is not stored yet
 * @param history the slot's changes, in any order
 */
export function findProblem(
  change: Change | StoredChange,
  at: string,
  history: readonly StoredChange[],
): Problem | null {
  if (!LASTS.includes(change.kind)) return null;
  const own = 'id' in change ? change : { ...change, id: Infinity, at };
  let opening = BEGINS.includes(change.kind) ? own : null;
  const earlier = history.filter(({ key, alerted, id }) => key === change.key && alerted && id < own.id);
  for (const told of earlier.toSorted((a, b) => b.id - a.id)) {
    if (ENDS.includes(told.kind)) break;
    if (BEGINS.includes(told.kind)) opening = told;
  }
  if (!opening) return null;
  const { kind, key, severity, rule, endpoint, data } = opening;
  const bare = { kind, key, severity, rule, endpoint, data } as Change;
  return { opening: bare, openedAt: opening.at, isOpening: opening === own };
}
