import { restrictionBroken } from '../../check/join/restriction-broken.js';
import type { Issue, SlotState } from '../../model/change.js';
import { issueKey } from './slot-state.js';

/*
 * One rule may stand in the place of another at the same endpoint, once several vantages look, or no longer do. That is
 * the same exposure: neither is one over, nor another new.
 */

/** A state with its issues under the rules by which a later one has them. */
export function nameAlike<S extends Pick<SlotState, 'issues'>>(before: S, after: Pick<SlotState, 'issues'>): S {
  const issues = new Map(Object.entries(before.issues));
  for (const [key, now] of Object.entries(after.issues)) {
    if (issues.has(key)) continue;
    const otherKey = otherName(now, issues);
    const other = otherKey === null || Object.hasOwn(after.issues, otherKey) ? undefined : issues.get(otherKey);
    if (!other) continue;
    issues.delete(otherKey!);
    issues.set(key, { ...other, rule: now.rule, data: now.data });
  }
  return { ...before, issues: Object.fromEntries(issues) };
}

/** The key of the issue that an issue may have been, or may have stood in the place of. */
function otherName({ rule, endpoint, data }: Issue, issues: ReadonlyMap<string, Issue>): string | null {
  if (endpoint === null) return null;
  if (rule === restrictionBroken.id) return issueKey({ rule: String(data['plain']), endpoint });
  const key = issueKey({ rule: restrictionBroken.id, endpoint });
  return issues.get(key)?.data['plain'] === rule ? key : null;
}
