import * as z from 'zod';
import type { Found } from '../../check/rules/rule.js';
import { listNames } from '../../words/sentence.js';
import type { FindingData } from '../../model/finding.js';
import { SEVERITIES, type Severity } from '../../model/severity.js';

/* Bounds of what findings hold: a hostile router may list a thousand mappings. */

const MOST = 12;

/** The first of a list, and how long it is. */
export interface Some<T> {
  readonly first: readonly T[];
  readonly count: number;
}

/** The form of {@link Some} with items of a form. */
export function someOf<T>(item: z.ZodType<T>) {
  return z.object({ first: z.array(item).max(MOST), count: z.int().nonnegative() });
}

/** Keeps the first of a list. */
export function takeSome<T>(all: readonly T[]): { first: T[]; count: number } {
  return { first: all.slice(0, MOST), count: all.length };
}

/** Lists them by name, at most `most`: `a, b and 7 more`. */
export function listSome<T>({ first, count }: Some<T>, nameOf: (item: T) => string = String, most = MOST): string {
  const names = first.map(nameOf);
  if (count <= names.length) return listNames(names, most);
  const shown = names.slice(0, most - 1);
  return shown.length > 0 ? `${shown.join(', ')} and ${count - shown.length} more` : `${count}`;
}

/**
 * Findings one by one, up to a number, the worst first, and of those as bad what `isNamed` first: whoever opens ports
 * must not hide one behind many. `sumUp` makes one of the rest, as bad as the worst of them.
 */
export function boundFindings<T, Data extends FindingData>(
  items: readonly T[],
  tell: (item: T) => Found<Data>,
  isNamed: (item: T) => boolean,
  sumUp: (rest: readonly T[], severity: Severity) => Found<Data>,
): Found<Data>[] {
  const weigh = (found: Found<Data>) => SEVERITIES.indexOf(found.severity);
  const told = items
    .map((item) => ({ item, found: tell(item) }))
    .toSorted((a, b) => weigh(a.found) - weigh(b.found) || Number(isNamed(b.item)) - Number(isNamed(a.item)));
  if (told.length <= MOST) return told.map(({ found }) => found);
  const rest = told.slice(MOST - 1);
  const sum = sumUp(
    rest.map(({ item }) => item),
    rest[0]!.found.severity,
  );
  return [...told.slice(0, MOST - 1).map(({ found }) => found), sum];
}
