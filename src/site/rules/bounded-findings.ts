import type { SiteFinding } from './old-site-rule.js';

/** More than this one after the other helps nobody: a hostile router may list a thousand. */
const TOLD_EACH = 12;

/** Findings one by one, up to a number; `sumUp` makes one of the rest. */
export function boundFindings<T>(
  items: readonly T[],
  tell: (item: T) => SiteFinding,
  sumUp: (rest: readonly T[]) => SiteFinding,
): SiteFinding[] {
  if (items.length <= TOLD_EACH) return items.map(tell);
  return [...items.slice(0, TOLD_EACH - 1).map(tell), sumUp(items.slice(TOLD_EACH - 1))];
}
